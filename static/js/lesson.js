/* Keeps the reader's place: in the account when signed in, else in this browser. */

import { remember } from "./reading.js";

const page = document.querySelector("[data-lesson]");
const slug = page.dataset.lesson;
const kept = "kept" in page.dataset;
const text = document.getElementById("article");
const end = document.querySelector("[data-end]");
const form = document.querySelector("[data-read-form]");

const headings = [...text.querySelectorAll("h2[id], h3[id]")];

function place() {
  const box = text.getBoundingClientRect();
  const fraction = Math.min(1, Math.max(0, (innerHeight * 0.5 - box.top) / Math.max(1, box.height)));
  let heading = "";
  for (const each of headings) {
    if (each.getBoundingClientRect().top > innerHeight * 0.4) break;
    heading = each.id;
  }
  return { heading, fraction: Number(fraction.toFixed(4)) };
}

function send(path, fields) {
  const body = new URLSearchParams(fields);
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  return fetch(path, {
    method: "POST",
    body,
    keepalive: true, // the last place is sent while the page is being left
    headers: { "X-Requested-With": "fetch" },
  });
}

let last = "";
function keep() {
  const now = place();
  const said = JSON.stringify(now);
  if (said === last) return;
  last = said;
  if (kept) send(`/lessons/${slug}/place/`, now).catch(() => (last = ""));
  else remember(slug, now);
}

/* Reaching the end marks the lesson as read, once; taking that back is respected. */
async function markRead() {
  if (!kept) {
    remember(slug, { ...place(), read: true });
    return;
  }
  if (form.elements.read.value !== "1") return;
  const answer = await send(form.action, { read: "1" }).catch(() => null);
  if (!answer || !answer.ok) return;
  form.elements.read.value = "0";
  form.querySelector("[role=status]").textContent = "You have read this lesson.";
  form.querySelector("button").textContent = "Undo";
}

let timer;
addEventListener(
  "scroll",
  () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 1500);
  },
  { passive: true },
);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keep();
});
setTimeout(keep, 1500);

if (!kept || form.elements.read.value === "1") {
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    markRead();
  });
  // A short lesson fits the window: it counts once the reader has had time for it.
  setTimeout(() => seen.observe(end), 3000);
}
