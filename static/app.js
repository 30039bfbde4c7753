// Enhancement only: every form works without this file.

// --- grids: arrow keys move, the focused output cell shows its window
const cell = (input, down, right) => {
  const td = input.closest("td"), row = td.parentElement, table = td.closest("table");
  return table.rows[row.rowIndex + down]?.cells[td.cellIndex + right]?.querySelector("input");
};
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

addEventListener("keydown", (event) => {
  const input = event.target, step = STEPS[event.key];
  if (!step || !input.matches?.("[data-grid] input")) return;
  const inside = step[1] < 0 ? input.selectionStart > 0 : input.selectionEnd < input.value.length;
  if (step[1] && inside && input.selectionStart === input.selectionEnd) return;
  const next = cell(input, ...step);
  if (next) { event.preventDefault(); next.focus(); next.select(); }
});

const light = (td) => {
  for (const image of document.querySelectorAll("[data-image]")) {
    const { size, stride, padding, dilation = [1, 1] } = JSON.parse(image.dataset.image);
    const covered = (at, out, axis) => {
      const from = at + padding[axis] - out * stride[axis];
      return from >= 0 && from % dilation[axis] === 0 && from / dilation[axis] < size[axis];
    };
    for (const pixel of image.querySelectorAll("td")) {
      const lit = td && covered(pixel.parentElement.rowIndex, td.parentElement.rowIndex, 0) && covered(pixel.cellIndex, td.cellIndex, 1);
      pixel.classList.toggle("rf", Boolean(lit));
    }
  }
};
// the cell that is focused, or that an opened help is about
const about = (target) => {
  const help = target.closest?.("details.cell[open]");
  return (help ? document.getElementById(help.dataset.box) : target).closest?.("[data-windows] td");
};
addEventListener("focusin", ({ target }) => light(about(target)));
addEventListener("focusout", () => light());
addEventListener("toggle", ({ target }) => light(about(target)), true);

addEventListener("click", (event) => {
  const mark = event.target.closest?.(".c > a");
  if (!mark) return;
  event.preventDefault();
  const help = document.getElementById(mark.hash.slice(1)).parentElement;
  help.open = true;
  help.querySelector("summary").focus();
});

// --- a pasted block is read by the server, and spread over the boxes
// the results of a list, then the total that follows it, if still empty; from another box, all that come after
const following = (input) => {
  const list = [...input.closest(".rows").querySelectorAll(".eq > :last-child > input")];
  if (!list.includes(input)) list.splice(0, list.length, ...input.closest(".rows").querySelectorAll("input"));
  const total = input.closest(".part").nextElementSibling?.querySelector(".single input");
  if (total?.closest(".number") && !total.value) list.push(total);
  return list.slice(list.indexOf(input));
};

addEventListener("paste", async (event) => {
  const input = event.target, address = input.closest?.("[data-cells]")?.dataset.cells;
  const pasted = event.clipboardData.getData("text").replace(/^\n+|\s+$/g, "");
  if (!address || !/[\s,，;；、&\\]/.test(pasted)) return;
  event.preventDefault();
  const rows = await fetch(address, { method: "POST", body: new URLSearchParams({ pasted }) })
    .then((response) => response.json()).catch(() => [[pasted]]);
  const values = rows.flat();
  if (values.length < 2) input.setRangeText(values[0] ?? pasted, input.selectionStart, input.selectionEnd, "end");
  else if (input.matches(".rows input")) following(input).slice(0, values.length).forEach((box, i) => { box.value = values[i]; });
  else rows.forEach((row, down) => row.forEach((value, right) => {
    const box = cell(input, down, right);
    if (box) box.value = value;
  }));
  input.dispatchEvent(new Event("input", { bubbles: true }));
});

// --- ordering: buttons move an item; the hidden places are what is sent
const number = (list) => [...list.children].forEach((item, i) => { item.querySelector("select").value = String(i + 1); });

const button = (label, mark, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = mark;
  made.ariaLabel = label;
  made.addEventListener("click", act);
  return made;
};

const zh = document.documentElement.lang.startsWith("zh");

function orderable(list) {
  for (const item of list.children) {
    item.querySelector("select").hidden = true;
    const name = item.querySelector(".what").textContent;
    const moves = document.createElement("span");
    moves.className = "moves";
    const move = (up) => ({ currentTarget }) => {
      const other = up ? item.previousElementSibling : item.nextElementSibling;
      if (!other) return;
      if (up) other.before(item); else other.after(item);
      number(list);
      currentTarget.focus();
    };
    moves.append(
      button(zh ? `“${name}”上移` : `Move “${name}” up`, "↑", move(true)),
      button(zh ? `“${name}”下移` : `Move “${name}” down`, "↓", move(false)),
    );
    item.append(moves);
  }
  list.addEventListener("click", () => number(list));
}

// --- building a network: a palette fills the hidden choices
function buildable(list) {
  const selects = [...list.querySelectorAll("select")];
  const built = document.createElement("ol"), palette = document.createElement("p");
  built.className = "built";
  built.dataset.empty = zh ? "点上面的层，从输入到输出排成一列。" : "Choose layers above, from input to output.";
  palette.className = "palette";
  const kinds = () => selects.map((select) => select.value).filter(Boolean);
  const set = (values, focused) => {
    selects.forEach((select, i) => { select.value = values[i] ?? ""; });
    draw();
    if (focused !== undefined) (built.children[Math.min(focused, values.length - 1)] ?? palette).querySelector("button")?.focus();
  };
  const title = (kind) => [...selects[0].options].find((option) => option.value === kind).text;
  const draw = () => built.replaceChildren(...kinds().map((kind, i, all) => {
    const chip = document.createElement("li");
    chip.className = `chip ${selects[i].closest("li").classList.contains("no") ? "no" : ""}`;
    const moved = [...all];
    if (i) moved.splice(i - 1, 2, all[i], all[i - 1]);
    const name = title(kind);
    chip.append(
      name,
      ...(i ? [button(zh ? `第 ${i + 1} 层“${name}”前移` : `Move layer ${i + 1}, ${name}, earlier`, "←", () => set(moved, i - 1))] : []),
      button(zh ? `删去第 ${i + 1} 层“${name}”` : `Remove layer ${i + 1}, ${name}`, "×", () => set(all.filter((_, j) => j !== i), i)),
    );
    return chip;
  }));
  for (const option of selects[0].options) {
    if (option.value) palette.append(button(zh ? `加一层：${option.text}` : `Add ${option.text}`, `+ ${option.text}`, () => {
      if (kinds().length < selects.length) set([...kinds(), option.value]);
    }));
  }
  list.hidden = true;
  list.after(palette, built);
  draw();
}

// --- “I wrote that”: the selected words of one's own text speak for a key point
addEventListener("mousedown", (event) => { if (event.target.closest?.("button[data-claim]")) event.preventDefault(); });
addEventListener("click", ({ target }) => {
  const claim = target.closest?.("button[data-claim]");
  if (!claim) return;
  const box = claim.closest("fieldset"), mine = box.querySelector("[data-mine]"), chosen = getSelection();
  const tick = box.querySelector(`[type=checkbox][name="${claim.dataset.claim}"]`), line = claim.parentElement;
  if (tick) tick.checked = true;
  if (chosen.isCollapsed || !mine.contains(chosen.anchorNode) || !mine.contains(chosen.focusNode)) return;
  const range = chosen.getRangeAt(0), before = range.cloneRange();
  before.selectNodeContents(mine);
  before.setEnd(range.startContainer, range.startOffset);
  const start = [...before.toString()].length, text = range.toString();
  line.querySelector("input").value = `${start}-${start + [...text].length}`;
  line.querySelector("q").textContent = text;
});

// --- what is typed survives a change of language or theme, and a failed request says so
const kept = () => `typed:${location.pathname}${new URLSearchParams(location.search).get("variant") ?? ""}`;
const main = () => document.querySelector("#question form");

document.querySelector(".prefs")?.addEventListener("click", (event) => {
  const link = event.target.closest("a"), back = event.currentTarget.querySelector("[name=back]");
  back.value = location.pathname + location.search;
  if (link?.hreflang) {
    const here = new URL(location.href);
    here.searchParams.set("lang", link.hreflang);
    link.href = here.pathname + here.search;
  }
  if (main()) sessionStorage.setItem(kept(), JSON.stringify([...new FormData(main())].filter(([name]) => name !== "submission")));
});

function restore() {
  const entries = main() && JSON.parse(sessionStorage.getItem(kept()) ?? "null");
  sessionStorage.removeItem(kept());
  if (!entries) return;
  for (const field of main().elements) {
    const values = entries.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (values.length && field.type !== "hidden") field.value = values[0];
  }
  for (const list of document.querySelectorAll("[data-order]")) {
    const place = (item) => Number(item.querySelector("select").value) || 99;
    list.append(...[...list.children].sort((a, b) => place(a) - place(b)));
  }
}

const tell = (sentence) => {
  const note = document.querySelector("#question .note");
  if (note) note.textContent = sentence;
};
addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status === 422) return;
  const page = new DOMParser().parseFromString(ctx.text, "text/html");
  tell((page.querySelector("p") ?? page.body).textContent.trim());
});
addEventListener("htmx:error", () => tell(zh ? "没有连上服务器。你写的都还在，请再试一次。" : "The server cannot be reached. What you typed is still here; try again."));

// --- after loading, and after every swap
function enhance() {
  for (const claim of document.querySelectorAll("[data-claim]")) claim.hidden = false;
  for (const list of document.querySelectorAll("[data-order]:not([data-ready])")) { list.dataset.ready = ""; orderable(list); }
  for (const list of document.querySelectorAll("[data-layers]:not([data-ready])")) { list.dataset.ready = ""; buildable(list); }
}
restore();
enhance();
document.querySelector(".dots [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
let pressed = "";
addEventListener("click", (event) => { pressed = event.target.closest?.("button")?.id ?? ""; });
addEventListener("htmx:after:swap", () => {
  enhance();
  // a button that is gone must not leave the focus nowhere
  if (document.activeElement === document.body && pressed) {
    document.querySelector(pressed === "reveal" ? "#solution" : "#question .note")?.focus();
  }
});
