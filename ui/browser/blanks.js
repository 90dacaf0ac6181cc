// Chips of a template's blanks: a press puts {{이름}} where the cursor stands in the box, as typing would.
export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".root");
  const chips = data.names.map((name) => {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.textContent = `{{${name}}}`;
    chip.title = "누르면 본문의 커서 자리에 들어갑니다";
    // The box keeps its cursor only while it keeps the focus.
    chip.addEventListener("mousedown", (event) => event.preventDefault());
    chip.addEventListener("click", () => put(data.box, `{{${name}}}`));
    return chip;
  });
  root.replaceChildren(...chips);
}

function put(key, text) {
  const box = document.querySelector(`.st-key-${CSS.escape(key)} textarea`);
  if (!box) return;
  const [start, end] = [box.selectionStart, box.selectionEnd];
  const value = box.value.slice(0, start) + text + box.value.slice(end);
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, value);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
  box.setSelectionRange(start + text.length, start + text.length);
  // Streamlit hears of a text at Ctrl+Enter: the preview follows the press.
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", ctrlKey: true, bubbles: true }));
}
