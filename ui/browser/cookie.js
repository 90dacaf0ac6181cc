// Hands a token to the server, which puts it into a cookie that no script can read. Asks again until it
// is there: without the cookie the tab can send nothing, and a refresh makes the person a stranger.
// `door` is where: the room's own cookie, or the instructor's desk.
const AGAIN_MS = [700, 1500, 3000, 6000, 15000], TELL_AFTER = 2;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".root");
  root.tell = setTriggerValue;
  if (root.token === data.token) return;
  root.token = data.token;
  hand(root, data, 0);
}

async function hand(root, data, n) {
  const how = await ask(data);
  if (root.token !== data.token) return; // another one has come in meanwhile
  if (how === "ok" || n === TELL_AFTER) root.tell("done", how);
  if (how === "ok" || !root.isConnected) return;
  setTimeout(() => root.token === data.token && hand(root, data, n + 1), AGAIN_MS[Math.min(n, AGAIN_MS.length - 1)]);
}

async function ask(data) {
  try {
    const answer = await fetch(`${data.door}/${data.token === "-" ? "leave" : "enter"}`, {
      method: "POST",
      keepalive: true, // somebody who goes on at once must not lose the cookie
      body: JSON.stringify({ token: data.token, known: data.known }),
    });
    return answer.ok ? "ok" : "refused";
  } catch {
    return "lost";
  }
}
