// A short list to be put in another order: dragged with mouse, pen or finger, or moved with ↑ ↓.
// Tells the keys in their new order once, when the row has been let go.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".root");
  root.tell = (order) => setTriggerValue("order", order);
  const written = JSON.stringify(data.items);
  if (root.dragging || root.told === written) return; // whoever holds a row keeps it
  root.told = written;
  const held = root.getRootNode().activeElement?.closest?.(".item")?.dataset.key || root.moved;
  root.moved = "";
  root.replaceChildren(...data.items.map(([key, label], at) => item(root, key, label, at, data.items.length)));
  if (held) [...root.children].find((row) => row.dataset.key === held)?.focus();
}

function item(root, key, label, at, most) {
  const row = document.createElement("div"), grip = document.createElement("span"), name = document.createElement("span");
  row.className = "item";
  row.dataset.key = key;
  row.tabIndex = 0;
  row.setAttribute("role", "button");
  row.setAttribute("aria-label", `${label}, ${most}개 가운데 ${at + 1}번째. 위아래 화살표 키로 옮깁니다`);
  row.title = "끌어서 옮기거나, 누른 뒤 ↑ ↓ 키로 옮깁니다";
  grip.className = "grip";
  grip.setAttribute("aria-hidden", "true");
  grip.textContent = "⋮⋮";
  name.textContent = label;
  row.append(grip, name);
  row.addEventListener("pointerdown", (event) => drag(root, row, event));
  row.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    root.moved = key;
    row.focus();
    tell(root);
  });
  return row;
}

function drag(root, row, event) {
  if (event.button) return;
  event.preventDefault();
  row.focus();
  const before = keys(root).join();
  root.dragging = true;
  row.classList.add("held");
  const move = ({ clientX, clientY }) => {
    const over = [...root.children].find((other) => {
      const box = other.getBoundingClientRect();
      return other !== row && clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
    });
    if (!over) return;
    // Past the middle of its neighbour only: a wide one would else be swapped back and forth.
    const there = over.getBoundingClientRect(), here = row.getBoundingClientRect(), middle = there.left + there.width / 2;
    const otherLine = Math.abs(there.top - here.top) > 2;
    if (over.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING) {
      if (otherLine || clientX < middle) over.before(row);
    } else if (otherLine || clientX > middle) over.after(row);
  };
  const drop = () => {
    document.removeEventListener("pointermove", move);
    document.removeEventListener("pointerup", drop);
    document.removeEventListener("pointercancel", drop);
    root.dragging = false;
    root.moved = row.dataset.key;
    row.classList.remove("held");
    row.focus(); // moving it about has taken the focus away
    if (keys(root).join() !== before) tell(root);
  };
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", drop);
}

function keys(root) { return [...root.children].map((row) => row.dataset.key); }

function tell(root) {
  root.told = ""; // drawn anew when the page has taken it, or has not
  root.tell(keys(root));
}
