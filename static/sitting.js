// A paper being sat: what is typed stays in this browser until the server has it.
{
const form = document.querySelector("#paper"), clock = document.querySelector("[data-left]");
const [saved, said, told, stay] = ["saved", "said", "told", "stay"].map((id) => document.getElementById(id));
const { own, base, seen } = clock.dataset, mine = { seen, values: {}, at: {} }, known = {}; // `mine`: not saved yet
let store = {}, last = 0, lost, leaving, busy, ahead, end, before;
try { store = localStorage; } catch { /* kept as long as the page */ }

const put = (line, ...words) => { line.textContent = phrase(line, ...words); };
const show = () => {
  put(saved, lost ? "lost" : unsaved() ? "saving" : "saved");
  saved.className = lost ? "problem" : "";
};

// --- the server's clock; that of this machine is never asked
const hear = (now, left, asked) => { ahead = now - asked; end = asked + 1000 * left; };
hear(clock.dataset.now, clock.dataset.left, performance.getEntriesByType("navigation")[0].requestStart);
const left = () => Math.max(0, Math.ceil((end - performance.now()) / 1000));

function tick() {
  const rest = left(), minutes = Math.ceil(rest / 60), until = new Date(end + ahead).toTimeString().slice(0, 5);
  if (rest > 600) put(clock, "far", minutes, until);
  else put(clock, "near", new Date(1000 * rest).toISOString().slice(14, 19));
  clock.className = rest > 300 ? "" : "problem";
  if ([600, 300, 60].some((mark) => rest <= mark && mark < before)) put(said, "minutes", minutes);
  before = rest;
}

// --- what is typed, by field, and when
const names = form ? [...form.elements].filter(({ type }) => type !== "hidden").map(({ name }) => name) : [];
const typed = () => {
  const data = form && new FormData(form);
  return Object.fromEntries(names.map((name) => [name, data.has(name) ? data.getAll(name) : [""]]));
};
const unsaved = () => Object.keys(mine.at).length;
const others = () => Object.entries(store).filter(([key]) => key.startsWith(`${base}/`) && key !== own);
const isHere = (key) => form && key.startsWith(own.split(":")[0] + ":");
const changed = (fields) => Object.keys(fields).filter((name) => `${fields[name]}` !== `${known[name]}`);
const keep = () => {
  try { if (unsaved()) store[own] = JSON.stringify(mine); else delete store[own]; } catch { /* it is full */ }
};

function look() {
  const fields = typed();
  for (const name of changed(fields)) {
    mine.values[name] = known[name] = fields[name];
    mine.at[name] = performance.now() + ahead;
    keep();
    show();
  }
}
const lay = (fields) => { fill(form, fields); Object.assign(known, fields); };

// --- what another tab or device wrote later stands here too
function take({ told: news, labels }) {
  look();
  const names = changed(news).filter((name) => !mine.at[name]);
  if (!names.length) return;
  lay(Object.fromEntries(names.map((name) => [name, news[name]])));
  for (const name of names) form.querySelector(`[name="${name}"]`).dispatchEvent(new Event("input", { bubbles: true }));
  put(told, "elsewhere", names.map((name) => labels[name]).join(" · "));
}

// --- saving
async function send(key, { seen, values, at }, keepalive) {
  const [address, tab] = key.split(":"), body = new FormData(), asked = performance.now(), ages = {};
  for (const name in at) {
    for (const value of values[name]) body.append(name, value);
    ages[name] = asked + ahead - at[name];
  }
  body.append("@ages", JSON.stringify(ages));
  body.append("@seen", seen);
  body.append("@tab", tab);
  const headers = { Accept: "application/json" }, signal = AbortSignal.timeout(8000);
  const reply = await (await fetch(address, { method: "POST", body, keepalive, headers, signal })).json();
  if (reply.over) {
    delete store[key];
    location.assign(reply.over);
    await new Promise(() => {});
  }
  hear(reply.now, reply.left, asked);
  return reply;
}

async function saving() {
  look();
  last = performance.now();
  try {
    const sent = { ...mine.at }, reply = await send(own, mine);
    for (const name in sent) if (mine.at[name] === sent[name]) { delete mine.at[name]; delete mine.values[name]; }
    mine.seen = reply.version;
    if (form) form.elements["@seen"].value = reply.version;
    keep();
    take(reply);
    // what pages that were closed without a connection had kept
    for (const [key, held] of others()) {
      const reply = await send(key, JSON.parse(held));
      if (store[key] === held) delete store[key];
      if (isHere(key)) take(reply);
    }
    lost = false;
  } catch { lost = true; }
  show();
}
const save = () => busy ||= saving().finally(() => { busy = 0; });
const leave = () => { look(); if (unsaved()) send(own, mine, true).catch(() => {}); };
async function go(event, on) {
  event.preventDefault();
  await busy;
  await save();
  if (lost) put(stay, "stay"); else on();
}

addEventListener("click", (event) => {
  look();
  const link = event.target.closest?.("a[href]:not([href^='#'])");
  if (link && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey) go(event, () => location.assign(link.href));
});
addEventListener("submit", (event) => {
  if (!leaving) go(event, () => {
    leaving = event.submitter?.value !== "stay";
    if (leaving) event.target.requestSubmit(event.submitter);
  });
});
const on = { input: look, online: save, focus: save, pagehide: leave, visibilitychange: leave, pageshow: () => { leaving = false; } };
for (const name in on) addEventListener(name, on[name]);

Object.assign(known, typed());
for (const [key, held] of others()) {
  if (isHere(key)) lay(JSON.parse(held).values);
  last = -Infinity;
}
setInterval(() => {
  tick();
  look();
  const wait = lost ? 3000 : unsaved() ? left() > 3 && 1000 : left() ? 15000 : 500;
  if (performance.now() - last >= wait) save();
}, 500);
tick();
}
