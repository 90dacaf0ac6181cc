// Sends what is being typed to the server a moment after it is typed: Streamlit hears of a text
// only when the box is left, and a refresh before that would lose it. One at a time, and again when it
// failed; every text has a number, so that an older one never takes the place of a newer one.
const PAUSE_MS = 800, AGAIN_MS = [1000, 2000, 4000, 8000, 15000];
const IN_VAIN = [400, 409, 413]; // another person's page, or more than a draft may hold: the page tells
let newest = 0;
const number = () => (newest = Math.max(newest + 1, Date.now()));

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".root");
  if (root.keeper) root.keeper.stop();
  const keeper = (root.keeper = { data, waiting: new Map(), timer: null, sending: false, failed: 0, stopped: false });
  const typed = (event) => {
    const box = event.target;
    if (!(box instanceof HTMLTextAreaElement || box instanceof HTMLInputElement)) return;
    for (const [key, name] of Object.entries(data.fields)) {
      if (box.closest(`.st-key-${CSS.escape(key)}`)) {
        keeper.waiting.set(name, { text: box.value, number: number() });
        if (!keeper.failed) later(keeper, PAUSE_MS);
        return;
      }
    }
  };
  const leaving = () => send(keeper, true);
  document.addEventListener("input", typed, true);
  window.addEventListener("pagehide", leaving);
  keeper.stop = () => {
    if (keeper.stopped) return;
    keeper.stopped = true;
    send(keeper, true);
    document.removeEventListener("input", typed, true);
    window.removeEventListener("pagehide", leaving);
  };
  return keeper.stop;
}

function later(keeper, ms) {
  clearTimeout(keeper.timer);
  keeper.timer = setTimeout(() => send(keeper, false), ms);
}

async function send(keeper, last) {
  clearTimeout(keeper.timer);
  keeper.timer = null;
  if (!keeper.waiting.size || (keeper.sending && !last)) return;
  const part = new Map(keeper.waiting);
  keeper.waiting.clear();
  keeper.sending = true;
  const done = await post(keeper.data, part, last);
  keeper.sending = false;
  keeper.failed = done ? 0 : keeper.failed + 1;
  if (!done) for (const [name, one] of part) if (!keeper.waiting.has(name)) keeper.waiting.set(name, one);
  if (!keeper.waiting.size || (keeper.stopped && keeper.failed > AGAIN_MS.length)) return;
  later(keeper, done ? PAUSE_MS : AGAIN_MS[Math.min(keeper.failed, AGAIN_MS.length) - 1]);
}

async function post(data, part, last) {
  const values = {}, numbers = {};
  for (const [name, one] of part) { values[name] = one.text; numbers[name] = one.number; }
  const body = JSON.stringify({ person: data.person, place: data.place, mark: data.mark, values, numbers });
  try {
    const answer = await fetch("/room/draft", { method: "POST", body, keepalive: last && body.length < 20000 });
    return answer.ok || IN_VAIN.includes(answer.status);
  } catch {
    return false;
  }
}
