/* One question of a review: the letters choose. Without this file the page is a plain form. */

import { listenForLetters } from "./question.js";

const question = document.querySelector("[data-slot]");

if (document.querySelector("[data-letter-keys]")) listenForLetters(() => question);
