// Copies rich and plain text. The clipboard API exists on secure pages only, and a classroom
// opens http://<PC 주소>: there the copy event of the browser itself does the same.
export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".root");
  let button = root.querySelector("button");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    root.append(button);
  }
  button.textContent = data.label;
  button.onclick = () => {
    const put = (event) => {
      event.clipboardData.setData("text/html", data.html);
      event.clipboardData.setData("text/plain", data.text);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    document.addEventListener("copy", put, { capture: true, once: true });
    let done = false;
    try {
      done = document.execCommand("copy");
    } finally {
      document.removeEventListener("copy", put, { capture: true });
    }
    button.textContent = done ? "✓ 복사했습니다" : "복사하지 못했습니다. 답변을 끌어서 선택해 주세요";
    setTimeout(() => { button.textContent = data.label; }, 2000);
  };
}
