// Enhancement only: every form works without this file.

// words of an element in the language of the page, with values in their gaps
const phrase = (element, words, ...values) => values.reduce((text, value) => text.replace("{}", () => value), element.dataset[words]);

// --- grids: arrow keys move
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

// --- a pasted block is read by the server, and spread over the boxes
// the results of a list, then the total that follows it, if still empty; from another box, all that come after
const following = (input) => {
  const rows = input.closest(".rows"), list = [...rows.querySelectorAll(".eq > :last-child > input")];
  if (!list.includes(input)) list.splice(0, list.length, ...rows.querySelectorAll("input"));
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
  else if (input.matches(".rows input")) following(input).forEach((box, i) => { box.value = values[i] ?? box.value; });
  else rows.forEach((row, down) => row.forEach((value, right) => {
    const box = cell(input, down, right);
    if (box) box.value = value;
  }));
  input.dispatchEvent(new Event("input", { bubbles: true }));
});

// --- ordering: buttons move an item; the hidden places are what is sent
const made = (tag, having) => Object.assign(document.createElement(tag), having);
const button = (ariaLabel, textContent, onclick) => made("button", { type: "button", ariaLabel, textContent, onclick });

function orderable(list) {
  for (const item of list.children) {
    item.querySelector("select").hidden = true;
    const name = item.querySelector(".what").textContent, moves = made("span", { className: "moves" });
    const move = (words, mark, other, side) => button(phrase(list, words, name), mark, ({ currentTarget }) => {
      item[other]?.[side](item);
      currentTarget.focus();
    });
    moves.append(move("up", "↑", "previousElementSibling", "before"), move("down", "↓", "nextElementSibling", "after"));
    item.append(moves);
  }
  list.addEventListener("click", () => {
    [...list.children].forEach((item, i) => { item.querySelector("select").value = `${i + 1}`; });
  });
}

// --- building a network: a palette fills the hidden choices
function buildable(list) {
  const selects = [...list.querySelectorAll("select")], options = [...selects[0].options].slice(1);
  const built = made("ol", { className: "built" }), palette = made("p", { className: "palette" });
  built.dataset.empty = list.dataset.empty;
  const kinds = () => selects.map((select) => select.value).filter(Boolean);
  const set = (values, focused) => {
    selects.forEach((select, i) => { select.value = values[i] ?? ""; });
    draw();
    if (focused !== undefined) (built.children[Math.min(focused, values.length - 1)] ?? palette).querySelector("button")?.focus();
  };
  const draw = () => built.replaceChildren(...kinds().map((kind, i, all) => {
    const chip = made("li", { className: `chip ${selects[i].closest(".no") ? "no" : ""}` });
    const moved = [...all], name = options.find((option) => option.value === kind).text;
    if (i) moved.splice(i - 1, 2, all[i], all[i - 1]);
    chip.append(
      name,
      ...(i ? [button(phrase(list, "earlier", i + 1, name), "←", () => set(moved, i - 1))] : []),
      button(phrase(list, "remove", i + 1, name), "×", () => set(all.filter((_, j) => j !== i), i)),
    );
    return chip;
  }));
  palette.append(...options.map(({ text, value }) => button(phrase(list, "add", text), `+ ${text}`, () => set([...kinds(), value]))));
  list.hidden = true;
  list.after(palette, built);
  list.addEventListener("change", draw);
  draw();
}

// --- values by field name, put into a form; fields not named stay as they are
function fill(form, values) {
  for (const field of form.elements) {
    const kept = values[field.name];
    if (!kept) continue;
    if (/checkbox|radio/.test(field.type)) field.checked = kept.includes(field.value);
    else field.value = kept[0] ?? "";
  }
  for (const list of form.querySelectorAll("[data-order]")) {
    const place = (item) => Number(item.querySelector("select").value) || 99;
    list.append(...[...list.children].sort((a, b) => place(a) - place(b)));
  }
  for (const list of form.querySelectorAll("[data-layers]")) list.dispatchEvent(new Event("change"));
}

// --- after loading, and after every swap
function enhance() {
  for (const list of document.querySelectorAll(":is([data-order], [data-layers]):not([data-ready])")) {
    list.dataset.ready = "";
    if ("order" in list.dataset) orderable(list); else buildable(list);
  }
}
enhance();
addEventListener("htmx:after:swap", enhance);
document.querySelector(".dots [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
