// What the lecturer puts before the class, on every seat (look: seat) and on the wall (look: projector).
// One stream of server-sent events a visible tab; a hidden tab closes its own, since a browser keeps six
// connections to a server for all its tabs. The server tells the seconds left: clocks of PCs differ.
const AGAIN_MS = 4000, LINGER_MS = 1500, RUNG_SECONDS = 60;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".root");
  const bar = (root.bar = root.bar || build(root));
  clearTimeout(bar.leaving);
  if (bar.data && bar.data.url !== data.url) close(bar);
  bar.data = data;
  bar.tell = setTriggerValue;
  root.className = `root ${data.look}`;
  document.addEventListener("visibilitychange", bar.seen);
  bar.seen();
  draw(bar);
  clearInterval(bar.walking);
  // Streamlit changes the address without an event: the button goes once one is there.
  bar.walking = setInterval(() => {
    bar.go.hidden = bar.go.hidden || (bar.told && here(bar.told.exercise));
    bar.survey.hidden = bar.survey.hidden || asked();
  }, 1000);
  return () => {
    clearInterval(bar.walking);
    // Streamlit draws anew at every press: only a bar that stays away hangs up.
    bar.leaving = setTimeout(() => {
      document.removeEventListener("visibilitychange", bar.seen);
      close(bar);
      announce(null);
    }, LINGER_MS);
  };
}

function build(root) {
  const make = (tag, cls, parent) => {
    const made = Object.assign(document.createElement(tag), { className: cls });
    parent.append(made);
    return made;
  };
  root.replaceChildren();
  const strip = make("div", "strip", root);
  strip.setAttribute("role", "status");
  const now = make("div", "now", strip);
  const label = make("span", "label", now), title = make("strong", "title", now), go = make("button", "go", now);
  const paused = make("div", "paused", strip), notice = make("div", "notice", strip);
  const recorded = make("div", "recorded", strip), survey = make("button", "go survey", strip);
  recorded.textContent = "녹화된 답변으로 진행 중";
  survey.type = "button";
  survey.textContent = "설문에 답하기";
  const timer = make("div", "timer", strip);
  const timerTitle = make("span", "timer-title", timer), left = make("span", "left", timer);
  label.textContent = "지금 이 실습";
  go.type = "button";
  go.textContent = "이 실습 열기";
  timer.setAttribute("role", "timer");
  const bar = { root, strip, now, title, go, paused, notice, recorded, survey, timer, timerTitle, left, told: null, ends: 0 };
  go.addEventListener("click", () => bar.told && bar.tell("go", bar.told.exercise));
  survey.addEventListener("click", () => bar.tell("survey", String(Date.now())));
  bar.seen = () => (document.hidden ? close(bar) : open(bar));
  return bar;
}

function open(bar) {
  if (bar.source || document.hidden) return;
  const source = (bar.source = new EventSource(bar.data.url));
  source.onmessage = (event) => {
    const told = JSON.parse(event.data), before = bar.told;
    bar.told = told;
    // Who answers is another now: the page says so when it is drawn anew.
    if (before && before.recorded !== told.recorded) bar.tell("recorded", String(told.v));
    bar.ends = told.timer ? performance.now() + told.timer.left * 1000 : 0;
    draw(bar);
    follow(bar, told);
  };
  source.addEventListener("gone", () => { close(bar); bar.tell("gone", String(Date.now())); });
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED) return; // it comes again by itself
    close(bar);
    bar.again = setTimeout(() => open(bar), AGAIN_MS * (1 + Math.random()));
  };
}

function close(bar) {
  clearTimeout(bar.again);
  clearInterval(bar.ticking);
  bar.ticking = null;
  if (bar.source) bar.source.close();
  bar.source = null;
}

// Follow a move once, in whichever tab hears of it first.
function follow(bar, told) {
  if (bar.data.look !== "seat" || !told.exercise || !told.move) return;
  const name = `room:move:${bar.data.mark}`;
  let seen = "";
  try { seen = localStorage.getItem(name) || ""; } catch { seen = bar.followed || ""; }
  if (seen === String(told.move)) return;
  bar.followed = String(told.move);
  try { localStorage.setItem(name, bar.followed); } catch { /* a browser that keeps nothing follows once a page */ }
  if (!here(told.exercise)) bar.tell("go", told.exercise);
}

function here(exercise) {
  const at = new URL(window.location.href);
  return /\/exercise$/.test(at.pathname) && at.searchParams.get("id") === exercise;
}

function asked() {
  return /\/survey$/.test(window.location.pathname);
}

function draw(bar) {
  const told = bar.told || {};
  const wall = bar.data.look === "projector";
  bar.title.textContent = told.title || "";
  bar.now.hidden = !told.title;
  bar.go.hidden = wall || here(told.exercise);
  bar.notice.textContent = told.notice || "";
  bar.notice.hidden = !told.notice;
  bar.paused.textContent = told.closed
    ? "과정이 끝났습니다. 하던 실습은 그대로 볼 수 있습니다."
    : "강사가 보내기를 잠시 멈췄습니다. 쓰던 글은 그대로 있습니다.";
  bar.paused.hidden = !(told.paused || told.closed);
  bar.recorded.hidden = !told.recorded;
  bar.survey.hidden = wall || !told.survey || bar.data.answered || asked();
  tick(bar);
  if (bar.ends && !bar.ticking && bar.source) bar.ticking = setInterval(() => tick(bar), 500);
  bar.strip.hidden = bar.now.hidden && bar.notice.hidden && bar.paused.hidden && bar.timer.hidden
    && bar.recorded.hidden && bar.survey.hidden;
  if (!wall) announce(bar.told);
}

function tick(bar) {
  const seconds = Math.ceil((bar.ends - performance.now()) / 1000);
  const over = seconds <= 0;
  bar.timer.hidden = !bar.ends || seconds < -RUNG_SECONDS;
  if (bar.timer.hidden) {
    clearInterval(bar.ticking);
    bar.ticking = null;
  } else {
    bar.timerTitle.textContent = (bar.told.timer && bar.told.timer.title) || "남은 시간";
    bar.left.textContent = over ? "시간이 다 되었습니다" : clock(seconds);
    bar.timer.classList.toggle("over", over);
    bar.timer.classList.toggle("soon", !over && seconds <= 60);
  }
}

function clock(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600), rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

// 실행 asks whether it may: a paused class refuses on the server, too.
function announce(told) {
  window.roomClass = told;
  document.dispatchEvent(new CustomEvent("room:class", { detail: told }));
}
