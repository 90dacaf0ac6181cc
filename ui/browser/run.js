// 실행: sends what stands in the box straight to the server, past the page's script. The server asks
// its own notes (under the ticket) for everything but the texts. What is sent is what is seen: a press
// right after typing into a blank waits until the prompt shows it; a prompt changed by hand goes at once.
const BUSY = "지금 답변을 받고 있습니다. 끝나거나 멈추면 다시 실행할 수 있습니다.";
const LOST = "서버에 닿지 못해 보내지 못했습니다. 쓰시던 글은 그대로 있습니다. 잠시 뒤 다시 눌러 주세요.";
const PAUSED = "강사가 보내기를 잠시 멈췄습니다", CLOSED = "과정이 끝났습니다";
const STRANGER = "이 브라우저에 들어오신 표시가 없어 보내지 못했습니다. 쓰시던 글은 화면에 그대로 있습니다. 잠시 뒤 다시 눌러 " +
  "보시고, 그래도 같으면 글을 복사해 둔 뒤 F5(새로 고침)를 눌러 ‘시작’에서 이어하기 코드나 이름으로 먼저 들어와 주세요.";
const ODD = "보낼 수 없는 내용입니다. 글이 아주 길다면 줄인 뒤 다시 눌러 주세요.";
const WAIT_MS = 15000, AGAIN_MS = [700, 1500, 3000], LAY_MS = 500, LAY_TRIES = 20;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".root");
  const run = (root.run = root.run || build(root));
  if (run.data && run.data.ticket !== data.ticket) say(run, "");
  run.data = data;
  run.tell = setTriggerValue;
  listen(run);
  show(run);
  return () => deaf(run);
}

function build(root) {
  const make = (tag, cls) => Object.assign(document.createElement(tag), { className: cls });
  const button = make("button", "run"), name = make("span", "name"), hint = make("kbd", "hint");
  const note = make("p", "note");
  button.type = "button";
  hint.setAttribute("aria-hidden", "true");
  note.setAttribute("role", "status");
  button.append(play(), name, hint);
  root.replaceChildren(button, note);
  const run = { button, name, hint, note, sending: false, live: "", said: "", saidFor: "" };
  button.addEventListener("click", () => press(run));
  run.key = (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    if (!run.data.shortcut || event.isComposing || event.keyCode === 229) return;
    if (!button.isConnected || !button.getClientRects().length || elsewhere(run, event.target)) return;
    event.preventDefault();
    press(run);
  };
  run.began = (event) => { if (event.detail.place === run.data.place) { run.live = event.detail.run; show(run); } };
  run.told = () => show(run);
  run.ended = (event) => { if (event.detail.run === run.live) { run.live = ""; show(run); } };
  return run;
}

function play() {
  const ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg");
  const path = document.createElementNS(ns, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", "M8 5v14l11-7z");
  svg.append(path);
  return svg;
}

function listen(run) {
  deaf(run);
  run.live = (window.roomLive || {})[run.data.place] || "";
  document.addEventListener("keydown", run.key);
  document.addEventListener("room:live", run.began);
  document.addEventListener("room:ended", run.ended);
  document.addEventListener("room:class", run.told);
}

function deaf(run) {
  document.removeEventListener("keydown", run.key);
  document.removeEventListener("room:live", run.began);
  document.removeEventListener("room:ended", run.ended);
  document.removeEventListener("room:class", run.told);
}

function show(run) {
  const { data, button } = run, busy = run.sending || Boolean(run.live);
  const stopped = stoppedBy();
  run.name.textContent = stopped || data.label;
  run.hint.textContent = data.shortcut && !stopped ? "Ctrl+Enter" : "";
  if (data.shortcut) button.setAttribute("aria-keyshortcuts", "Control+Enter");
  else button.removeAttribute("aria-keyshortcuts");
  // aria-disabled, not disabled: who pressed by keyboard keeps the focus.
  button.setAttribute("aria-disabled", String(busy || data.held || Boolean(stopped)));
  run.note.textContent = run.said || (run.live ? BUSY : "");
  run.note.classList.toggle("bad", Boolean(run.said) && !run.sending);
}

function say(run, text) {
  run.said = text;
  if (run.data) show(run);
}

// The lecturer may have stopped the class (class_bar.js tells); the server refuses it as well.
const stoppedBy = () => { const at = window.roomClass || {}; return at.closed ? CLOSED : at.paused ? PAUSED : ""; };
const box = (key) => document.querySelector(`.st-key-${CSS.escape(key)} :is(textarea, input)`);
const settled = () => {
  const state = document.querySelector("[data-testid=stApp]")?.dataset.testScriptState;
  return state !== "running" && state !== "rerunRequested";
};
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function sum(text) { // CRC-32, as zlib.crc32 of the server
  let crc = ~0;
  for (const byte of new TextEncoder().encode(text.replace(/\r\n?/g, "\n"))) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

const edited = (run) => { const at = box(run.data.box); return Boolean(at) && sum(at.value) !== run.data.drawn; };
const dirty = (run) => Object.entries(run.data.fields).some(([key, [, drawn]]) => {
  const at = box(key);
  return at && sum(at.value) !== drawn;
});

// A page that is still being built has no box yet, or an empty one: wait for its text, unless a person emptied it.
async function filled(data) {
  for (let look = 0; look < 20; look++) {
    const at = box(data.box);
    if (at && (at.value || data.drawn === sum(""))) return;
    await pause(100);
  }
}

// Ctrl+Enter in a box that has nothing to do with this prompt is not meant for it.
function elsewhere(run, at) {
  if (!at.matches?.("textarea, input")) return false;
  return ![run.data.box, ...Object.keys(run.data.fields)].some((key) => at.closest(`.st-key-${CSS.escape(key)}`));
}

async function press(run) {
  if (run.sending || run.live || stoppedBy()) return;
  if (run.data.held && !edited(run) && !dirty(run) && settled()) return;
  run.sending = true;
  say(run, "");
  try {
    if (!(await caughtUp(run))) return;
    await send(run);
  } finally {
    run.sending = false;
    show(run);
  }
}

// Wait for the page where it is about to change what would be sent; return whether it may be sent.
async function caughtUp(run) {
  const waits = () => (run.data.held || !edited(run)) && (dirty(run) || !settled());
  if (!waits() && !run.data.held) return true;
  const at = document.activeElement;
  if (dirty(run) && at instanceof HTMLElement) at.blur(); // Streamlit hears of a text when its box is left
  await pause(60);
  const end = Date.now() + WAIT_MS;
  while (waits() && Date.now() < end) await pause(40);
  if (at instanceof HTMLElement && at.isConnected && document.activeElement === document.body) at.focus();
  return !run.data.held;
}

async function send(run) {
  const press = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  for (let lays = 0; ; lays++) {
    const { data } = run, values = {};
    await filled(data);
    for (const [key, [name]] of Object.entries(data.fields)) { const at = box(key); if (at) values[name] = at.value; }
    const told = await post(JSON.stringify({ ticket: data.ticket, press, text: box(data.box)?.value ?? "", values }));
    if (told.ok) return begun(run, told.run);
    if (told.status === 410 && lays < LAY_TRIES) {
      // The server was started anew meanwhile: let the page lay its work again.
      if (lays % 6 === 0) run.tell("refused", `${press}:${lays}`);
      await pause(LAY_MS);
      continue;
    }
    say(run, [told.message, told.remedy].filter(Boolean).join(" ") || (told.status === 401 ? STRANGER : ODD));
    if (told.status !== 0) run.tell("refused", press); // the page shows what stands in the way
    return;
  }
}

// The same press may be posted again when its answer was lost: the server knows it and sends once.
async function post(body) {
  for (let n = 0; ; n++) {
    try {
      const answer = await fetch("/room/run", { method: "POST", body });
      const told = await answer.json().catch(() => ({}));
      if (answer.status !== 503 || n === AGAIN_MS.length) return { ...told, ok: answer.ok && told.ok, status: answer.status };
    } catch {
      if (n === AGAIN_MS.length) return { ok: false, status: 0, message: LOST };
    }
    await pause(AGAIN_MS[n]);
  }
}

function begun(run, id) {
  run.live = id;
  if (run.data.report) run.tell("started", id);
  else document.dispatchEvent(new CustomEvent("room:run", { detail: { place: run.data.place, run: id } }));
}
