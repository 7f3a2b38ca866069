/* Offers what this browser remembers from before the sign-in; a new account takes it at once. */

import { forget, reading } from "./reading.js";

const form = document.getElementById("carry-over");
const entries = Object.entries(reading()).map(([lesson, kept]) => ({ lesson, ...kept }));

async function carry() {
  const body = new FormData(form);
  body.set("entries", JSON.stringify(entries));
  const answer = await fetch(form.action, { method: "POST", body });
  if (!answer.ok) throw new Error(String(answer.status));
  forget();
  const { added } = await answer.json();
  if (added) location.reload();
  else form.hidden = true;
}

function say(text) {
  form.querySelector("[data-carry-count]").textContent = text;
}

if (entries.length) {
  const lessons = entries.length === 1 ? "one lesson" : `${entries.length} lessons`;
  if ("newAccount" in form.dataset) {
    carry().catch(() => {
      form.hidden = false;
      say(`What you read before could not be added just now (${lessons}); it is kept here.`);
    });
  } else {
    form.hidden = false;
    say(`This browser remembers ${lessons} read before you signed in.`);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    carry().catch(() => say("That could not be sent. It is kept here; try again."));
  });
  form.querySelector("[data-carry-forget]").addEventListener("click", () => {
    forget();
    form.hidden = true;
  });
}
