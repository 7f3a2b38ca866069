/* Counts what waits of a class, batch by batch, then shows the page with it. The button works without. */

async function goOn() {
  let changed = false;
  for (let form = document.querySelector("#counting form"); form; ) {
    const data = new FormData(form);
    data.set("part", "1");
    const answer = await fetch(form.action, { method: "POST", body: data });
    if (!answer.ok) return;
    const before = Number(form.dataset.waiting);
    document.getElementById("counting").outerHTML = await answer.text();
    changed ||= document.getElementById("counting").dataset.changed !== "0";
    form = document.querySelector("#counting form");
    if (before && Number(form?.dataset.waiting) >= before) return; // others count, too: by the button
  }
  if (!changed) return;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-counted]")) {
    const next = page.getElementById(part.id);
    if (next) part.replaceWith(document.importNode(next, true));
  }
}

goOn().catch(() => {}); // offline: the button still works
