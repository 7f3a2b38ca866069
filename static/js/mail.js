/* Mails that wait are sent batch by batch while the page is open. Without this file the button does it. */

const PAUSE = 1000; // between two batches, in milliseconds

async function goOn() {
  const section = document.querySelector("#sending[data-goes-on]");
  const form = section?.querySelector("form");
  if (!form) return;
  const body = new URLSearchParams(new FormData(form));
  body.set("action", "send");
  // Not `form.action`: that is the button of this name.
  const answer = await fetch(location.pathname, { method: "POST", body }).catch(() => null);
  if (!answer?.ok) return; // the button is still there
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.querySelector("#main");
  if (main?.querySelector("#sending[data-goes-on]")) setTimeout(goOn, PAUSE);
  if (main) document.querySelector("#main").replaceChildren(...main.childNodes);
}

setTimeout(goOn, PAUSE);
