// Streamlit's own words on screen, in Korean. Only whole texts from this list are changed, never
// what a person or a model wrote that merely contains them; answers live in shadow roots besides.
const WORDS = {
  "Connection error": "서버와 연결이 끊겼습니다",
  "Streamlit server is not responding. Are you connected to the internet?":
    "실습실 서버가 응답하지 않습니다. 쓰시던 글은 저장되어 있습니다. 잠시 기다리면 저절로 다시 이어집니다. 계속되면 강사나 담당자에게 알려 주세요.",
  "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:":
    "실습실 서버가 꺼져 있습니다. 쓰시던 글은 저장되어 있습니다. 강사나 담당자에게 알려 주세요. 다시 켜는 명령:",
  "streamlit run yourscript.py": "python3 start.py",
  "Connecting": "연결 중",
  "CONNECTING": "연결 중",
  "Running...": "처리 중",
  "RUNNING...": "처리 중",
  "Stop": "중지",
  "Drag and drop file here": "파일을 여기에 끌어다 놓으세요",
  "Drag and drop files here": "파일을 여기에 끌어다 놓으세요",
  "Browse files": "파일 고르기",
  "Upload": "파일 고르기",
  "Press Enter to apply": "Enter를 누르면 적용됩니다",
  "Press Ctrl+Enter to apply": "Ctrl+Enter를 누르면 적용됩니다",
  "Press Enter to submit form": "Enter를 누르면 들어갑니다",
  "No results": "찾는 것이 없습니다",
  "No options to select": "고를 것이 없습니다",
  "Choose an option": "골라 주세요",
  "Choose options": "골라 주세요",
  "Select date": "날짜 고르기",
  "Select all": "모두 고르기",
  "Skip to main content": "본문으로 가기",
  "Page not found": "없는 화면입니다",
};
const LIMIT = /^(Limit )?(\d+)\s?MB per file(?: • (.*))?$/;

function korean(text) {
  const found = WORDS[text.trim()];
  if (found) return found;
  const limit = LIMIT.exec(text.trim());
  return limit ? `파일 하나에 ${limit[2]}MB까지${limit[3] ? " • " + limit[3] : ""}` : null;
}

function translate(root) {
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = root.nodeType === Node.TEXT_NODE ? root : walk.nextNode(); node; node = walk.nextNode()) {
    if (node.nodeValue.length > 200 || node.parentElement?.closest(".room-answer, .room-raw, textarea, [data-testid=stMarkdownContainer] p:not([role=dialog] p)")) continue;
    const word = korean(node.nodeValue);
    if (word) node.nodeValue = word;
  }
}

export default function () {
  if (window.roomWords) return;
  window.roomWords = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") translate(change.target);
      for (const node of change.addedNodes) {
        if (node.nodeType === Node.ELEMENT_NODE || node.nodeType === Node.TEXT_NODE) translate(node);
      }
    }
  });
  window.roomWords.observe(document.body, { childList: true, subtree: true, characterData: true });
  translate(document.body);
}
