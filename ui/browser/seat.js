// The raised hand, and a sign of life now and then while somebody really works here: no page is drawn for
// it. Nothing is sent while nobody touches the page, unless a hand is up and its answer is awaited: that the
// page is open all the same is known by the class's stream (class_bar.js).
const BEAT_MS = 15000;

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".root");
  if (!root.seat) root.seat = build(root, data);
  const seat = root.seat;
  seat.live = true;
  const active = () => { seat.active = true; };
  const typed = (event) => {
    seat.active = true;
    if (event.target instanceof Element && event.target.matches("textarea, input") && !seat.typed) {
      seat.typed = true;
      if (!seat.wrote) { seat.wrote = true; tell(seat, {}); } // from reading to writing: said at once
    }
  };
  const kinds = [["pointermove", active], ["pointerdown", active], ["wheel", active], ["scroll", active], ["keydown", active], ["input", typed]];
  for (const [kind, on] of kinds) document.addEventListener(kind, on, { capture: true, passive: true });
  if (data.place !== seat.place) { seat.place = data.place; seat.wrote = false; }
  clearInterval(seat.clock);
  seat.clock = setInterval(() => {
    if (!document.hidden && (seat.active || seat.up)) tell(seat, {});
  }, BEAT_MS);
  return () => {
    seat.live = false;
    clearInterval(seat.clock);
    for (const [kind, on] of kinds) document.removeEventListener(kind, on, { capture: true });
  };
}

function build(root, data) {
  const box = document.createElement("div"), button = document.createElement("button");
  const label = document.createElement("label"), tick = document.createElement("input"), note = document.createElement("span");
  box.className = "hand";
  button.type = "button";
  tick.type = "checkbox";
  label.append(tick, "내 화면도 보여 주기");
  label.title = "강사만, 손을 들고 있는 동안만 쓰는 글과 이 실습의 마지막 시도를 볼 수 있습니다.";
  note.className = "note";
  note.setAttribute("role", "status");
  box.append(note, label, button);
  root.replaceChildren(box);
  const seat = { button, tick, label, note, up: false, active: true, typed: false, wrote: false, place: data.place,
                 asked: 0, answered: 0 };
  button.addEventListener("click", () => tell(seat, { hand: seat.up ? "down" : "up", screen: tick.checked }));
  tick.addEventListener("change", () => { if (seat.up) tell(seat, { hand: "up", screen: tick.checked }); });
  show(seat, data.hand, data.screen);
  return seat;
}

async function tell(seat, more) {
  const body = { typed: seat.typed, ...more };
  const turn = ++seat.asked;
  seat.active = seat.typed = false;
  let told;
  try {
    const answer = await fetch("/room/seat", { method: "POST", body: JSON.stringify(body) });
    told = await answer.json();
    if (!answer.ok && more.hand) throw new Error(told.message ? `${told.message} ${told.remedy}` : "");
    if (!answer.ok) return;
  } catch (error) {
    if (more.hand) {
      seat.note.className = "note bad";
      seat.note.textContent = error.message && /[가-힣]/.test(error.message) ? error.message : "전하지 못했습니다. 다시 눌러 주세요.";
    }
    return;
  }
  if (turn < seat.answered) return; // a sign of life from before the hand went up, answered after it
  seat.answered = turn;
  const helped = seat.up && !told.hand && !more.hand;
  show(seat, told.hand, told.screen);
  if (helped) seat.note.textContent = "강사가 도움 완료로 표시했습니다. 더 필요하면 다시 손을 들어 주세요.";
}

// Drawn, not written: a PC without an emoji font shows boxes for 🙋.
function handIcon() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M5.6 11.2V5a1.2 1.2 0 0 1 2.4 0v4V3.2a1.2 1.2 0 0 1 2.4 0V9V3.8a1.2 1.2 0 0 1 2.4 0V10V6a1.2 1.2 0 0 1 2.4 0v6.5c0 3.4-2 5.5-5 5.5c-2.3 0-3.7-1-4.7-2.8L3.2 11.6a1.2 1.2 0 0 1 2-1.3z");
  svg.append(path);
  return svg;
}

function show(seat, up, screen) {
  seat.up = up;
  if (up) seat.tick.checked = screen;
  seat.button.replaceChildren(handIcon(), up ? " 손 내리기" : " 손들기");
  seat.button.className = up ? "up" : "";
  seat.button.setAttribute("aria-pressed", String(up));
  seat.note.className = "note";
  seat.note.textContent = up ? (screen ? "강사에게 알렸습니다. 화면도 볼 수 있습니다." : "강사에게 알렸습니다.") : "";
}
