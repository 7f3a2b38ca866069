/* One question of a review: Enter goes from gap to gap, and the letters choose. Without this file the
   page is a plain form. */

import { listenForLetters, nextPart } from "./question.js";

const question = document.querySelector("[data-slot]");

question.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
  const next = nextPart(event.target);
  if (!next) return; // the form is sent
  event.preventDefault();
  next.focus();
});
if (document.querySelector("[data-letter-keys]")) listenForLetters(() => question);
