// The live board. Asks for one small JSON every few seconds and patches the tiles in place: no page is
// drawn for it and nothing flickers. Whatever people wrote is put in with textContent; the answers on
// the projector are HTML that documents.outline has escaped.
const ASK_MS = 2500, SLOWER_MS = 8000;
const EXERCISES_MOST = 12, EXERCISES_AROUND = 9; // of a longer path only what lies around where the class is
const CHIPS = [
  ["HAND", "손든 사람"], ["STUCK", "막힘"], ["IDLE", "실행 없음"], ["ERROR", "오류"], ["WAITING", "차례 대기"],
  ["ANSWERING", "답변 중"], ["WORKING", "하는 중"], ["DONE", "모두 통과"], ["AWAY", "자리 비움"], ["EMPTY", "아직 안 옴"],
];
// Two hundred tiles have room for one short word each.
const SHORT = { STUCK: "막힘", IDLE: "미실행", ERROR: "오류", WAITING: "대기", ANSWERING: "답변", DONE: "통과", AWAY: "비움", EMPTY: "–",
                "읽는 중": "읽기", "쓰는 중": "쓰기", "결과 보는 중": "결과", "과정 고르는 중": "고르기", "자유 실습": "자유", "실행 중": "실행" };
const STEPS = ["읽는 중", "쓰는 중", "실행 중", "결과 보는 중", "완료"];

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".root");
  const mark = `${data.code}|${data.projector}`;
  if (!root.board || root.board.mark !== mark) root.board = build(root, data, mark);
  const board = root.board;
  board.live = true;
  const seen = () => { if (!document.hidden) ask(board); };
  document.addEventListener("visibilitychange", seen);
  ask(board);
  return () => {
    board.live = false;
    clearTimeout(board.timer);
    document.removeEventListener("visibilitychange", seen);
    if (board.unfold) setTimeout(() => { if (!board.live) board.unfold(); }, 500);
  };
}

function make(tag, cls, text) {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text !== undefined) node.textContent = text;
  if (tag === "button") node.type = "button";
  return node;
}

// Drawn, not written: a PC without an emoji font shows boxes for 🙋.
function handIcon() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M5.6 11.2V5a1.2 1.2 0 0 1 2.4 0v4V3.2a1.2 1.2 0 0 1 2.4 0V9V3.8a1.2 1.2 0 0 1 2.4 0V10V6a1.2 1.2 0 0 1 2.4 0v6.5c0 3.4-2 5.5-5 5.5c-2.3 0-3.7-1-4.7-2.8L3.2 11.6a1.2 1.2 0 0 1 2-1.3z");
  svg.append(path);
  return svg;
}

function put(node, text) { if (node.textContent !== text) node.textContent = text; }
function cls(node, text) { if (node.className !== text) node.className = text; }

function build(root, data, mark) {
  root.replaceChildren();
  const box = make("div", "board");
  const top = make("div", "top"), body = make("div", "body"), tiles = make("div", "tiles"), side = make("div", "side");
  const now = make("span", "now"), lost = make("span", "lost");
  lost.setAttribute("role", "status");
  top.append(now);
  const board = { data, mark, box, top, tiles, side, now, lost, nodes: new Map(), order: "", chips: {}, filter: "", etag: "",
                  minutes: Number(localStorage.getItem("room-stuck-minutes")) || 5, open: "", shown: null, failures: 0 };
  for (const [name, label] of CHIPS) {
    const chip = make("button", "chip"), count = make("b");
    if (name === "HAND") chip.append(handIcon());
    chip.append(make("span", "", label), count);
    chip.addEventListener("click", () => {
      board.filter = board.filter === name ? "" : name;
      if (board.told) draw(board);
    });
    board.chips[name] = { chip, count };
    top.append(chip);
  }
  top.append(make("span", "grow"));
  top.append(data.projector ? fold(board) : after(board));
  top.append(lost);
  board.panels = {};
  const kinds = data.projector
    ? [["exercises", "실습별 진행"], ["failed", "많이 실패한 점검"], ["votes", "A/B 투표"], ["endpoints", "AI 상태"]]
    : [["hands", "도움 요청"], ["shares", "공유한 답변"], ["endpoints", "AI와 대기열"], ["exercises", "실습별 진행"],
       ["failed", "많이 실패한 점검"], ["votes", "A/B 투표"], ["budget", "예산"]];
  board.seat = make("div", "panel seat empty");
  if (!data.projector) side.append(board.seat);
  for (const [name, title] of kinds) {
    const kind = name === "hands" || name === "shares" ? "panel tall" : "panel";
    const panel = make("div", "panel empty"), list = make("div");
    const head = make("h4", "", title);
    if (name === "hands") head.prepend(handIcon(), " ");
    panel.append(head, list);
    board.panels[name] = { panel, list, kind, told: "" };
    side.append(panel);
  }
  body.append(tiles, side);
  board.beside = make("div", "beside");
  board.beside.hidden = true;
  box.append(top, board.beside, body);
  board.body = body;
  root.append(box);
  return board;
}

function after(board) {
  const label = make("label", "after", "막힘 기준 ");
  const select = make("select");
  for (const n of [1, 2, 3, 5, 8, 10, 15, 20]) {
    const option = make("option", "", `${n}분`);
    option.value = n;
    option.selected = n === board.minutes;
    select.append(option);
  }
  select.addEventListener("change", () => {
    board.minutes = Number(select.value);
    localStorage.setItem("room-stuck-minutes", select.value);
    ask(board);
  });
  label.append(select);
  return label;
}

// The wall's way in takes a third of the screen; once everybody sits it may go.
function fold(board) {
  const button = make("button", "chip");
  const set = (folded) => {
    document.body.classList.toggle("room-wall-folded", folded);
    button.textContent = folded ? "들어오는 길 보이기" : "들어오는 길 접기";
    localStorage.setItem("room-wall-folded", folded ? "1" : "");
  };
  button.addEventListener("click", () => set(!document.body.classList.contains("room-wall-folded")));
  board.unfold = () => document.body.classList.remove("room-wall-folded", "room-wall-answer");
  set(localStorage.getItem("room-wall-folded") === "1");
  return button;
}

// --------------------------------------------------------------------------- asking

async function ask(board) {
  clearTimeout(board.timer);
  if (!board.live || board.asking) return;
  if (!document.hidden) {
    board.asking = true;
    try { await look(board); } finally { board.asking = false; }
  }
  if (board.live) board.timer = setTimeout(() => ask(board), board.failures ? SLOWER_MS : ASK_MS);
}

async function look(board) {
  const asked = new URLSearchParams({ class: board.data.code, minutes: board.minutes });
  if (board.data.projector) asked.set("view", "projector");
  let answer;
  try {
    answer = await fetch(`/room/board?${asked}`, { cache: "no-store", headers: board.etag ? { "If-None-Match": board.etag } : {} });
  } catch {
    board.failures += 1;
    put(board.lost, "연결이 끊겨 다시 잇고 있습니다. 아래는 마지막으로 본 모습입니다.");
    return;
  }
  if (answer.status === 304) { board.failures = 0; put(board.lost, ""); return; }
  if (!answer.ok) {
    board.failures += 1;
    const why = await answer.json().catch(() => ({}));
    put(board.lost, why.message ? `${why.message} ${why.remedy || ""}` : "현황을 받지 못했습니다. 잠시 뒤 다시 묻습니다.");
    return;
  }
  board.failures = 0;
  put(board.lost, "");
  board.told = await answer.json();
  board.etag = answer.headers.get("ETag") || "";
  draw(board);
  if (board.open) openSeat(board, board.open);
}

// --------------------------------------------------------------------------- drawing

function draw(board) {
  const told = board.told, projector = board.data.projector;
  board.size = told.tiles.length > 100 ? "dense" : told.tiles.length > 48 ? "medium" : "roomy";
  cls(board.box, `board${projector ? " projector" : ""} ${board.size}`);
  const now = projector ? "" : told.exercise ? `지금: ${told.exercise} · ` : `${told.title} · `;
  put(board.now, `${now}${told.people}/${told.seats}명` + (told.paused ? " · 보내기 멈춤" : ""));
  for (const [name, { chip, count }] of Object.entries(board.chips)) {
    const n = told.counts[name] || 0;
    put(count, String(n));
    chip.classList.toggle("none", !n);
    if (chip.hidden !== (projector && !n)) chip.hidden = !chip.hidden;
    const pressed = String(board.filter === name);
    if (chip.getAttribute("aria-pressed") !== pressed) chip.setAttribute("aria-pressed", pressed);
  }
  drawTiles(board, told);
  drawPanel(board, "exercises", told.exercises, (list) => exercises(board, list, told));
  drawPanel(board, "failed", told.failed, (list) => failed(list, told));
  drawPanel(board, "votes", told.votes, votes);
  drawPanel(board, "endpoints", told.endpoints, endpoints);
  if (projector) { drawShown(board, told.shown || ""); return; }
  const up = told.tiles.filter((t) => t.h).sort((a, b) => a.h - b.h);
  drawPanel(board, "hands", up.map((t) => [t.k, t.s, t.n, t.hm]), () => up.map((t) => hand(board, t)));
  const sharing = told.tiles.filter((t) => t.o === 1 || t.o === 2);
  drawPanel(board, "shares", sharing.map((t) => [t.k, t.s, t.n, t.o]), () => sharing.map((t) => share(board, t)));
  drawPanel(board, "budget", told.budget.runs || told.budget.tokens_limit || told.budget.won_limit ? [told.budget] : [], budget);
}

function drawTiles(board, told) {
  const order = told.tiles.map((t) => t.k).join(" ");
  const here = new Set();
  for (const tile of told.tiles) {
    here.add(tile.k);
    let node = board.nodes.get(tile.k);
    if (!node) board.nodes.set(tile.k, (node = newTile(board, tile.k)));
    patch(board, node, tile);
  }
  if (order === board.order) return;
  board.order = order;
  for (const [key, node] of board.nodes) if (!here.has(key)) { node.box.remove(); board.nodes.delete(key); }
  board.tiles.append(...told.tiles.map((t) => board.nodes.get(t.k).box));
}

function newTile(board, key) {
  const box = make(board.data.projector ? "div" : "button", "tile");
  const who = make("span", "who"), seat = document.createTextNode(""), name = make("span", "name");
  who.append(seat, name);
  const say = make("span", "say"), fig = make("span", "fig"), up = make("span", "up");
  box.append(who, say, fig, up);
  if (!board.data.projector && !key.startsWith("roster:")) box.addEventListener("click", () => openSeat(board, key, true));
  return { box, seat, name, say, fig, up, told: "" };
}

function patch(board, node, tile) {
  const off = board.filter && (board.filter === "HAND" ? !tile.h : tile.w !== board.filter);
  const written = JSON.stringify(tile) + off + board.size;
  if (node.told === written) return;
  node.told = written;
  cls(node.box, `tile w-${tile.w}${tile.h ? " hand" : ""}${off ? " off" : ""}`);
  const seat = tile.s ? `${tile.s}` : "–";
  if (node.seat.data !== seat) node.seat.data = seat;
  put(node.name, tile.n ? ` ${tile.n}` : "");
  const minutes = tile.m > 0 && tile.w !== "DONE" && tile.w !== "EMPTY" ? ` ${tile.m}분` : "";
  const doing = tile.w === "WORKING" && tile.st ? tile.st : board.told.words[tile.w];
  const told = board.size === "dense" ? (SHORT[tile.w] || SHORT[tile.st] || doing) : doing;
  const roomForMinutes = board.data.projector ? board.size !== "dense" && tile.w === "STUCK" : board.size !== "dense" || tile.w === "STUCK";
  const counted = roomForMinutes ? minutes : "";
  put(node.say, told + counted);
  const tries = tile.t ? `${tile.t}번 시도` + (tile.q ? ` · ${tile.p || 0}/${tile.q}` : "") : "";
  put(node.fig, [tries, tile.x].filter(Boolean).join(" · ")); // another exercise than the class's is named
  node.up.replaceChildren(...(tile.h ? [handIcon(), `${tile.h}`] : tile.o ? ["공유"] : []));
  cls(node.up, tile.h ? "up raised" : "up");
  const title = [`${seat}번`, tile.n, board.told.words[tile.w] + minutes, tile.x || board.told.exercise, tile.st, tile.e].filter(Boolean).join(" · ");
  if (node.box.title !== title) node.box.title = title;
}

function drawPanel(board, name, told, fill) {
  const panel = board.panels[name];
  if (!panel) return;
  const written = JSON.stringify(told);
  if (panel.told === written) return;
  panel.told = written;
  cls(panel.panel, told.length ? panel.kind : "panel empty");
  panel.list.replaceChildren(...fill(told));
}

function row(what, number, small) {
  const line = make("div", "row"), text = make("span", "what", what);
  text.title = what;
  line.append(text);
  if (small) line.append(make("span", "small", small));
  if (number !== undefined) line.append(make("span", "num", number));
  return line;
}

// The class is at the exercise that stands before it, else where most people are just now.
function around(list) {
  if (list.length <= EXERCISES_MOST) return list;
  const people = (one) => one.in.reduce((a, b) => a + b, 0);
  let at = list.findIndex((one) => one.now);
  if (at < 0) at = list.reduce((best, one, n) => (people(one) > people(list[best]) ? n : best), 0);
  const from = Math.max(0, Math.min(at - Math.floor(EXERCISES_AROUND / 2), list.length - EXERCISES_AROUND));
  return list.slice(from, from + EXERCISES_AROUND);
}

function exercises(board, list, told) {
  const most = Math.max(1, told.people), out = [], shown = board.every ? list : around(list);
  for (const one of shown) {
    out.push(row((one.now ? "▶ " : "") + one.x, `${one.finished}명 완료`, one.tried ? `${one.tried}명 시도` : ""));
    const bar = make("div", "steps");
    // Who has passed it counts as done wherever they are now.
    const widths = [...one.in.slice(0, 4), Math.max(one.in[4], one.finished)];
    widths.forEach((n, at) => {
      if (!n) return;
      const part = make("i", `s${at}`);
      part.style.width = `${(100 * n) / Math.max(most, widths.reduce((a, b) => a + b, 0))}%`;
      part.title = `${STEPS[at]} ${n}명`;
      bar.append(part);
    });
    out.push(bar);
  }
  const key = make("div", "key");
  STEPS.forEach((word, at) => {
    const item = make("span");
    item.append(make("i", `s${at}`), word);
    key.append(item);
  });
  if (list.length > EXERCISES_MOST) out.push(everyOrAround(board, list.length - shown.length));
  return [...out, key];
}

function everyOrAround(board, hidden) {
  const button = make("button", "link", hidden ? `나머지 ${hidden}개도 보기` : "지금 하는 곳만 보기");
  button.addEventListener("click", () => {
    board.every = !board.every;
    board.panels.exercises.told = "";
    draw(board);
  });
  return button;
}

function failed(list, told) {
  return list.flatMap((one) => {
    const line = row(one.c, `${one.people}명`);
    return one.x === told.exercise ? [line] : [line, make("div", "small under", one.x)];
  });
}

function votes(list) {
  return list.map((one) => row(one.x, `A ${one.a} · B ${one.b} · 비슷 ${one.s}`));
}

function endpoints(list) {
  return list.flatMap((one) => {
    const line = make("div", "row"), what = make("span", "what");
    what.append(make("span", `dot ${one.state}`), one.name);
    line.append(what, make("span", "num", one.word));
    const parts = [`대기 ${one.waiting}명`, `답변 중 ${one.running}${one.slots ? `/${one.slots}` : ""}`];
    if (one.wait) parts.push(`지금 누르면 약 ${one.wait}초`);
    if (one.retry) parts.push(`${one.retry}초 뒤 다시`);
    if (one.errors) parts.push(`10분 동안 오류 ${one.errors}`);
    const out = [line, make("div", "small", parts.join(" · "))];
    if (one.error && one.state !== "WORKING") out.push(make("div", "small bad", one.error));
    return out;
  });
}

function budget([one]) {
  const out = [row("지금까지", `${one.tokens.toLocaleString()}토큰`, `실행 ${one.runs}번` + (one.won ? ` · ${one.won.toLocaleString()}원` : ""))];
  for (const [used, limit, unit] of [[one.tokens, one.tokens_limit, "토큰"], [one.won, one.won_limit, "원"]]) {
    if (limit === null) continue;
    const share = limit ? used / limit : 1;
    const gauge = make("div", "gauge"), fill = make("i", share >= 1 ? "over" : share >= 0.8 ? "near" : "");
    fill.style.width = `${Math.min(100, 100 * share)}%`;
    gauge.append(fill);
    out.push(row("남음", `${Math.max(0, limit - used).toLocaleString()}${unit}`, `한도 ${limit.toLocaleString()}${unit}`), gauge);
  }
  return out;
}

// --------------------------------------------------------------------------- hands, shares, one seat

function hand(board, tile) {
  const line = make("div", "row"), who = make("button", "link what", `${tile.h}. ${tile.s || "–"}번 ${tile.n}`);
  who.addEventListener("click", () => openSeat(board, tile.k, true));
  line.append(who, make("span", "small", tile.hm ? `${tile.hm}분째` : "방금"), press(board, "도움 완료", "helped", tile.k));
  return line;
}

function share(board, tile) {
  const line = make("div", "row"), who = make("button", "link what", `${tile.s || "–"}번 ${tile.n}`);
  who.addEventListener("click", () => openSeat(board, tile.k, true));
  line.append(who);
  if (tile.o === 2) line.append(press(board, "앞 화면에", "show", tile.k));
  return line;
}

function press(board, label, what, person, main) {
  const button = make("button", "press" + (main ? " main" : ""), label);
  button.addEventListener("click", async () => {
    button.disabled = true;
    const answer = await fetch("/room/board/act", {
      method: "POST", body: JSON.stringify({ class: board.data.code, person, act: what }),
    }).catch(() => null);
    if (!answer || !answer.ok) {
      const why = answer ? await answer.json().catch(() => ({})) : {};
      put(board.lost, why.message ? `${why.message} ${why.remedy}` : "하지 못했습니다. 다시 눌러 주세요.");
      button.disabled = false;
      return;
    }
    put(button, "✓ " + label);
    setTimeout(() => { put(button, label); button.disabled = false; }, 2000);
    ask(board);
  });
  return button;
}

async function openSeat(board, person, afresh) {
  if (afresh) { board.open = person; board.seatTold = ""; }
  const asked = new URLSearchParams({ class: board.data.code, person });
  const answer = await fetch(`/room/board/seat?${asked}`, { cache: "no-store" }).catch(() => null);
  if (board.open !== person) return;
  if (!answer || !answer.ok) { closeSeat(board); return; }
  const written = await answer.text();
  if (written === board.seatTold) return;
  board.seatTold = written;
  cls(board.seat, "panel seat");
  board.seat.replaceChildren(...seatParts(board, JSON.parse(written)));
  if (afresh) board.side.scrollTop = 0;
}

function closeSeat(board) {
  board.open = "";
  cls(board.seat, "panel seat empty");
  board.seat.replaceChildren();
}

function seatParts(board, seat) {
  const head = make("h4", "", `${seat.seat || "–"}번 ${seat.name}`), close = make("button", "close", "닫기");
  close.addEventListener("click", () => closeSeat(board));
  head.append(close);
  const out = [head, make("div", "small", [seat.department, seat.exercise].filter(Boolean).join(" · "))];
  const buttons = make("div", "row");
  if (seat.hand) buttons.append(press(board, "도움 완료", "helped", seat.k, true));
  if (seat.content && seat.content.project)
    buttons.append(press(board, "앞 화면에 띄우기", "show", seat.k), press(board, "앞 화면에서 내리기", "hide", seat.k));
  if (buttons.children.length) out.push(buttons);
  out.push(...content(seat.content));
  if (seat.tries.length) out.push(make("b", "", "시도"));
  for (const one of seat.tries) {
    const at = new Date(one.at).toLocaleTimeString("ko-KR", { hour: "2-digit", minute: "2-digit" });
    out.push(row(`${at} ${one.x}`, one.q ? `${one.p}/${one.q}` : "", one.state));
    if (one.error) out.push(make("div", "small bad", one.error));
    if (one.failed.length) {
      const list = make("ul", "small");
      list.append(...one.failed.map((title) => make("li", "", title)));
      out.push(list);
    }
  }
  if (!seat.tries.length) out.push(make("div", "small", "아직 실행하지 않았습니다."));
  return out;
}

function content(told) {
  if (!told) return [make("div", "small", "쓴 글과 답변은 본인이 공유하거나 화면을 보여 줄 때만 보입니다.")];
  const out = [make("b", "", told.why === "shared" ? `공유한 답변 — ${told.x || ""}` : "도움을 청하며 보여 준 화면")];
  for (const [label, text] of [["쓰는 중인 글", told.writing], ["보낸 프롬프트", told.prompt], ["답변", told.answer]])
    if (text) out.push(make("div", "small", label), make("pre", "", text));
  return out;
}

// --------------------------------------------------------------------------- the projector

async function drawShown(board, shown) {
  if (board.shown === shown) return;
  board.shown = shown;
  let told = {};
  if (shown) {
    const asked = new URLSearchParams({ class: board.data.code });
    told = await fetch(`/room/board/shown?${asked}`, { cache: "no-store" }).then((a) => (a.ok ? a.json() : {})).catch(() => ({}));
    if (board.shown !== shown) return;
    if (!told.answer) board.shown = null; // asked again with the next look
  }
  const both = Boolean(told.answer);
  document.body.classList.toggle("room-wall-answer", both);
  board.beside.hidden = !both;
  board.body.hidden = both;
  board.top.style.display = both ? "none" : "";
  board.beside.style.display = both ? "" : "none";
  board.body.style.display = both ? "none" : "";
  board.beside.replaceChildren(...(both ? [side(`함께 보는 답변 · ${told.exercise}`, told.answer),
    ...(told.model ? [side("모범 답안과 나란히", told.model)] : [])] : []));
}

function side(title, html) {
  const section = make("section");
  const text = make("div");
  text.innerHTML = html;
  section.append(make("h3", "", title), text);
  return section;
}
