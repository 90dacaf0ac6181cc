// Sends what is being typed to the server a moment after it is typed: Streamlit hears of a text
// only when the box is left, and a refresh before that would lose it.
const PAUSE_MS = 800;

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".root");
  if (root.keeper) root.keeper.stop();
  const waiting = new Map();
  let timer = null;

  const send = (last) => {
    clearTimeout(timer);
    timer = null;
    if (!waiting.size) return;
    const body = JSON.stringify({ person: data.person, place: data.place, values: Object.fromEntries(waiting) });
    waiting.clear();
    fetch("/room/draft", { method: "POST", body, keepalive: last && body.length < 60000 }).catch(() => {});
  };
  const typed = (event) => {
    const box = event.target;
    if (!(box instanceof HTMLTextAreaElement || box instanceof HTMLInputElement)) return;
    for (const [key, name] of Object.entries(data.fields)) {
      if (box.closest(`.st-key-${CSS.escape(key)}`)) {
        waiting.set(name, box.value);
        clearTimeout(timer);
        timer = setTimeout(send, PAUSE_MS);
        return;
      }
    }
  };
  const leaving = () => send(true);
  document.addEventListener("input", typed, true);
  window.addEventListener("pagehide", leaving);
  const stop = () => {
    send(true);
    document.removeEventListener("input", typed, true);
    window.removeEventListener("pagehide", leaving);
  };
  root.keeper = { stop };
  return stop;
}
