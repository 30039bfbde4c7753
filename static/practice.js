// What only pages for practising need; after app.js.

// --- the focused output cell of a grid shows its window: a help that no exam gives
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

// --- the mark of a wrong cell opens how its value comes about
addEventListener("click", (event) => {
  const mark = event.target.closest?.(".c > a");
  if (!mark) return;
  event.preventDefault();
  const help = document.getElementById(mark.hash.slice(1)).parentElement;
  help.open = true;
  help.querySelector("summary").focus();
});

// --- what is typed survives a change of language or theme, and a failed request says so
const kept = () => `typed:${location.pathname}${new URLSearchParams(location.search).get("variant") ?? ""}`;
const main = () => document.querySelector("#question form");

document.querySelector(".prefs").addEventListener("click", () => {
  if (main()) sessionStorage.setItem(kept(), JSON.stringify([...new FormData(main())].filter(([name]) => name !== "submission")));
});

function restore() {
  const entries = main() && JSON.parse(sessionStorage.getItem(kept()) ?? "null");
  sessionStorage.removeItem(kept());
  if (!entries) return;
  const fields = [...main().elements].filter(({ name, type }) => name && type !== "hidden");
  fill(main(), Object.fromEntries(fields.map(({ name }) => [name, entries.filter(([typed]) => typed === name).map(([, value]) => value)])));
}

const zh = document.documentElement.lang.startsWith("zh");
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
const claimable = () => { for (const claim of document.querySelectorAll("[data-claim]")) claim.hidden = false; };
restore();
claimable();
let pressed = "";
addEventListener("click", (event) => { pressed = event.target.closest?.("button")?.id ?? ""; });
addEventListener("htmx:after:swap", () => {
  claimable();
  // a button that is gone must not leave the focus nowhere
  if (document.activeElement === document.body && pressed) {
    document.querySelector(pressed === "reveal" ? "#solution" : "#question .note")?.focus();
  }
});
