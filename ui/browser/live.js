// Reads a live answer by server-sent events and appends what is new. The answer belongs to the
// server: this script may be torn down and started again at any time and takes up where it was.
// Where a page has a place for its answers, this waits there for 실행 to say that one has begun
// (room:run), and hides the answers before it (.st-key-answers-…) for as long as it shows a live one.
const STATES = { WAITING: "wait", STREAMING: "stream" };
const GIVEN_UP = 4; // as many failures are no hiccup: the server is off, or the network is
const GONE = "실습실 서버에 닿지 않습니다. 여기까지 받은 답변은 화면에 그대로 있습니다. 이 화면을 그대로 두시면 서버가 " +
  "돌아오는 대로 이어서 보여 드립니다. 1분이 지나도 같으면 강사나 담당자에게 알려 주세요.";
const LAST = ["DONE", "STOPPED", "CUT", "FAILED"];

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".root");
  root.tell = setTriggerValue;
  if (data.run) follow(root, data.run, data.place);
  else if (root.live && root.live.ended && root.live.run === data.shown) clear(root);
  const begun = (event) => { if (event.detail.place === data.place) follow(root, event.detail.run, data.place); };
  if (data.place) document.addEventListener("room:run", begun);
  const live = root.live;
  if (live && live.veil) document.head.append(live.veil);
  if (live && !live.source && !live.ended) open(live);
  return () => {
    document.removeEventListener("room:run", begun);
    close(root.live);
    if (root.live && root.live.veil) root.live.veil.remove();
  };
}

function follow(root, run, place) {
  if (root.live && root.live.run === run) return;
  clear(root);
  const live = (root.live = build(root, run));
  live.place = place || "";
  live.tell = (...told) => root.tell(...told);
  if (place) {
    live.veil = document.createElement("style");
    live.veil.textContent = `.st-key-answers-${place.replace(/[^a-zA-Z0-9-]/g, "-")} { display: none; }`;
    document.head.append(live.veil);
    (window.roomLive = window.roomLive || {})[place] = run;
  }
  announce("room:live", live);
  open(live);
}

function clear(root) {
  if (!root.live) return;
  close(root.live);
  if (root.live.veil) root.live.veil.remove();
  root.live = null;
  root.replaceChildren();
}

function close(live) {
  if (!live) return;
  if (live.source) live.source.close();
  live.source = null;
  clearInterval(live.clock);
}

function announce(name, live) {
  if (name === "room:ended" && window.roomLive) delete window.roomLive[live.place];
  document.dispatchEvent(new CustomEvent(name, { detail: { place: live.place, run: live.run } }));
}

function build(root, run) {
  root.replaceChildren();
  const make = (tag, cls) => {
    const node = document.createElement(tag);
    node.className = cls;
    return node;
  };
  const bar = make("div", "bar");
  const dot = make("span", "dot wait");
  const status = make("span", "status");
  status.setAttribute("role", "status");
  const stop = make("button", "stop");
  stop.type = "button";
  stop.textContent = "■ 멈춤";
  bar.append(dot, status, stop);
  const answer = make("div", "answer");
  answer.tabIndex = 0;
  const text = document.createTextNode("");
  answer.append(text);
  root.append(bar, answer);
  // The button that was pressed may be a screen away from the answer.
  requestAnimationFrame(() => root.scrollIntoView({ block: "center", behavior: "smooth" }));
  const live = { run, position: 0, dot, status, stop, answer, text, began: Date.now(), state: "WAITING",
                 ahead: 0, wait: 0, lost: false, failures: 0, ended: false, source: null };
  stop.addEventListener("click", () => {
    stop.disabled = true;
    status.textContent = "멈추고 있습니다…";
    fetch(`/room/stop/${encodeURIComponent(run)}`, { method: "POST" })
      .then((r) => { if (!r.ok) throw new Error(); })
      .catch(() => { stop.disabled = false; });
  });
  return live;
}

function open(live) {
  const source = (live.source = new EventSource(
    `/room/live/${encodeURIComponent(live.run)}?from=${live.position}`));
  source.onmessage = (event) => take(live, event);
  source.addEventListener("end", (event) => {
    take(live, event);
    live.ended = true;
    source.close();
    live.source = null;
    clearInterval(live.clock);
    live.stop.hidden = true;
    live.status.textContent = "답변을 점검하고 있습니다…";
    announce("room:ended", live);
    live.tell("ended", live.run);
  });
  source.onerror = () => {
    live.lost = true;
    live.failures += 1;
    show(live);
    if (source.readyState === EventSource.CLOSED && !live.ended) {
      // Refused, not dropped: the page may know more (another sign-in, an answer already stored).
      live.source = null;
      clearInterval(live.clock);
      live.status.textContent = "답변에 다시 연결하지 못했습니다. F5를 눌러 새로 고치면 저장된 답변이 보입니다.";
      announce("room:ended", live);
    }
  };
  clearInterval(live.clock);
  live.clock = setInterval(() => show(live), 1000);
  show(live);
}

function take(live, event) {
  const part = JSON.parse(event.data);
  live.lost = false;
  live.failures = 0;
  live.state = part.s || live.state;
  live.ahead = part.a || 0;
  live.wait = part.w || 0;
  live.resting = Boolean(part.z);
  if (part.f) live.fallback = part.f;
  if (event.lastEventId) live.position = Number(event.lastEventId);
  if (part.t) {
    const box = live.answer;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    live.text.appendData(part.t);
    if (atEnd) box.scrollTop = box.scrollHeight;
  }
  show(live);
}

function show(live) {
  if (live.ended) return;
  const seconds = Math.round((Date.now() - live.began) / 1000);
  live.dot.className = "dot " + (live.lost ? "lost" : STATES[live.state] || "wait");
  if (live.stop.disabled && !live.lost) return;
  const other = live.fallback ? ` · 예비 연결 「${live.fallback}」에서 대신 답합니다` : "";
  live.status.textContent = standing(live, seconds) + other;
}

function standing(live, seconds) {
  return live.lost
    ? live.failures < GIVEN_UP ? "연결이 끊겨 다시 잇고 있습니다. 서버가 켜져 있으면 답변은 계속 작성됩니다." : GONE
    : live.state === "STREAMING" && live.text.length
      ? `답변을 쓰고 있습니다 · ${live.text.length.toLocaleString()}자 · ${seconds}초`
      : LAST.includes(live.state)
        ? "답변이 끝나 기록에 저장하고 있습니다. 잠시만 기다려 주세요. 화면을 닫아도 이어서 저장합니다."
      : live.resting
        ? "AI가 응답하지 않아 잠시 뒤 다시 물어봅니다" + (live.wait ? ` · 약 ${live.wait}초 뒤` : "")
      : live.ahead > 0
        ? `차례를 기다리고 있습니다 · 앞에 ${live.ahead}명` + (live.wait ? `, 약 ${live.wait}초` : "")
        // Nobody ahead, but no slot yet: somebody else is still being answered.
        : live.state === "WAITING" && (live.wait || seconds > 2)
          ? "다음 차례입니다. 앞사람의 답변이 끝나면 시작합니다" + (live.wait ? ` · 약 ${live.wait}초` : "")
        : `AI가 자료를 읽고 있습니다 · ${seconds}초`;
}
