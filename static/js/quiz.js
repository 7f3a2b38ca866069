/* An attempt: one question at a time, and each answer saved as it is given. Without this file the
   page is one form with every question. What is not saved yet waits in a queue and in the tab's own
   storage, so that neither a lost connection nor a reload loses it. */

import { countDown } from "./clock.js";
import { fill, inWords, isTyping, listenForLetters, nextPart, values } from "./question.js";

const quiz = document.querySelector("[data-quiz]");
const sheet = document.getElementById("sheet");
const questions = [...quiz.querySelectorAll("[data-slot]")];
const dots = [...quiz.querySelectorAll(".dots a")];
const state = quiz.querySelector(".save-state");
const ADDRESS = sheet.getAttribute("action"); // `sheet.action` is one of its buttons
const KEPT = `lectern-quiz-${quiz.dataset.quiz}`;
const LONGEST_PAUSE = 30_000;
const TYPING_PAUSE = 700;

const question = (slot) => questions.find((each) => each.dataset.slot === slot);
const base = (slot) => sheet.elements[`b${slot}`];
const flag = (slot) => sheet.elements[`f${slot}`];
const isChecked = (slot) => "checked" in question(slot).dataset; // final, with feedback at once
const slotOf = (element) => element.closest("[data-slot]")?.dataset.slot;

/* The line that says whether the answers are kept. */

const LINES = {
  saved: "cloud-check",
  retrying: "refresh-cw",
  offline: "wifi-off",
  stopped: "circle-alert",
};
const idle = state.querySelector("[data-say] > [data-needs-script]");
let lastSaved = (idle ?? state.querySelector("[data-say]")).textContent;

function say(name, text, link) {
  const words = state.querySelector("[data-say]");
  const use = state.querySelector("use");
  if (name === "saved") lastSaved = text;
  if (words.textContent === text && state.dataset.state === name) return;
  state.dataset.state = name === "stopped" ? "retrying" : name;
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${LINES[name]}`));
  words.textContent = text;
  if (link) {
    const anchor = Object.assign(document.createElement("a"), link);
    words.append(" ", anchor);
  }
}

function sayWaiting() {
  if (navigator.onLine) say("retrying", "Not saved, retrying");
  else say("offline", "You are offline: answers wait in this page");
}

function saySignedOut() {
  say("stopped", "Not saved: you are signed out.", {
    href: `/accounts/login/?next=${encodeURIComponent(location.pathname)}`,
    target: "_blank",
    textContent: "Sign in in another tab; your answers wait in this one.",
  });
}

/* The queue. Its first job is the one under way; it stays until the server has answered, so that
   answers arrive in order and each knows the revision that it follows. */

let queue = [];
let closed = "";
let leaving = false;
const known = new Map(questions.map((each) => [each.dataset.slot, JSON.stringify(values(each))]));
const typing = new Map();
const conflicts = new Map();

const unsaved = () => !closed && (queue.length > 0 || typing.size > 0 || conflicts.size > 0);

function remember() {
  try {
    if (queue.length) sessionStorage.setItem(KEPT, JSON.stringify(queue));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // storage is full or not allowed: the queue in the page remains
  }
}

function add(job) {
  const same = (other) => other.kind === job.kind && other.slot === job.slot;
  queue = queue.filter((other) => other.sent || !same(other));
  // One that follows another of its question learns its base from the answer to that one.
  if (job.kind === "answer" && !queue.some(same)) job.base = base(job.slot).value;
  queue.push({ ...job, id: crypto.getRandomValues(new BigUint64Array(2)).join("-") });
  remember();
  run();
}

function keep(slot) {
  clearTimeout(typing.get(slot));
  typing.delete(slot);
  const given = values(question(slot));
  const now = JSON.stringify(given);
  if (closed || isChecked(slot) || conflicts.has(slot) || known.get(slot) === now) return;
  known.set(slot, now);
  add({ kind: "answer", slot, values: given });
}

function post(job) {
  const body = new URLSearchParams();
  body.set("csrfmiddlewaretoken", sheet.elements.csrfmiddlewaretoken.value);
  let address = ADDRESS;
  if (job.kind === "flag") {
    body.set("action", "flag");
    body.set("slot", job.slot);
    body.set("flagged", job.flagged ? "1" : "0");
  } else {
    address = question(job.slot).dataset.save;
    body.set("base", job.base);
    body.set("save_id", job.id);
    for (const value of job.values) body.append("value", value);
  }
  return fetch(address, {
    method: "POST",
    body,
    keepalive: true, // the last answer is sent while the page is being left
    redirect: "error",
    signal: AbortSignal.timeout(20_000),
    headers: { "X-Requested-With": "fetch", Accept: "application/json" },
  });
}

/* After signing in again in another tab the page's token is an old one. */
async function renewToken() {
  const page = await fetch(ADDRESS, { redirect: "manual" });
  if (page.type === "opaqueredirect") {
    saySignedOut();
    return;
  }
  const html = new DOMParser().parseFromString(await page.text(), "text/html");
  const token = html.querySelector("[name=csrfmiddlewaretoken]")?.value;
  const field = sheet.elements.csrfmiddlewaretoken;
  if (!token || token === field.value) sayWaiting();
  else field.value = token;
}

let wake = () => {};
function pause(tries) {
  return new Promise((go) => {
    const timer = setTimeout(go, Math.min(LONGEST_PAUSE, 1000 * 2 ** tries));
    wake = () => {
      clearTimeout(timer);
      go();
    };
  });
}

let running = null;
function run() {
  running ??= work().finally(() => (running = null));
  return running;
}

async function work() {
  let tries = 0;
  while (queue.length) {
    const job = queue[0];
    if (job.kind === "answer") job.base ??= base(job.slot).value;
    job.sent = true;
    remember();
    const done = await attempt(job).catch(() => {
      sayWaiting();
      return false;
    });
    if (done) {
      queue = queue.filter((other) => other !== job);
      remember();
      tries = 0;
    } else {
      await pause(tries);
      tries = Math.min(tries + 1, 5);
    }
  }
}

/* Whether the server has settled a job, one way or another; raises where it could not be asked. */
async function attempt(job) {
  const answer = await post(job);
  if (answer.status === 401) {
    saySignedOut();
    return false;
  }
  if (answer.status === 403) {
    await renewToken();
    return false;
  }
  if (answer.status === 429 || answer.status >= 500) throw new Error(answer.status);
  const said = await answer.json().catch(() => ({ error: "the server refused it" }));
  if (answer.status === 409) close(said.result);
  else if (answer.status === 412) disagree(job.slot, said);
  else if (!answer.ok) {
    say("stopped", `Not saved: ${said.error}. Reload the page to go on.`);
  } else if (job.kind === "answer") {
    base(job.slot).value = said.rev;
    question(job.slot).querySelector("[data-hint]").textContent = said.hint;
    say("saved", `Saved ${said.saved}`);
  }
  return true;
}

/* Submitted meanwhile, in another tab or on another device. */
function close(result) {
  closed = result;
  queue = [];
  conflicts.clear();
  remember();
  for (const field of sheet.querySelectorAll("fieldset")) field.disabled = true;
  say("stopped", "This attempt has been submitted elsewhere.", {
    href: result,
    textContent: "See the result",
    onclick: seeResult,
  });
}

/* It stands at this same address, so following a link would only scroll. */
function seeResult(event) {
  event?.preventDefault();
  leaving = true;
  history.replaceState(null, "", closed);
  location.reload();
}

/* Answered in another tab since this page was opened: the person decides. */
function disagree(slot, theirs) {
  queue = queue.filter((job) => job.kind !== "answer" || job.slot !== slot || job.sent);
  conflicts.set(slot, theirs);
  const where = question(slot);
  where.querySelector(".message")?.remove();
  const box = quiz.querySelector("[data-conflict]").content.firstElementChild.cloneNode(true);
  box.querySelector("[data-when]").textContent = theirs.saved;
  box.querySelector("[data-theirs]").textContent = inWords(where, theirs.response).join("; ") || "no answer";
  box.querySelector("[data-keep]").addEventListener("click", () => decide(slot, box, true));
  box.querySelector("[data-take]").addEventListener("click", () => decide(slot, box, false));
  where.append(box);
  say("stopped", `Not saved: look at question ${slot}`);
}

function decide(slot, box, keepMine) {
  const theirs = conflicts.get(slot);
  conflicts.delete(slot);
  base(slot).value = theirs.rev;
  if (keepMine) {
    known.delete(slot);
    keep(slot);
  } else {
    fill(question(slot), theirs.response);
    known.set(slot, JSON.stringify(values(question(slot))));
    say("saved", `Saved ${theirs.saved}`);
  }
  box.remove();
  mark(slot);
  question(slot).querySelector("h2").focus();
}

/* One question at a time. */

let current = "";

function mark(slot) {
  const place = questions.indexOf(question(slot));
  const dot = dots[place];
  const flagged = flag(slot).checked;
  dot.dataset.state = values(question(slot)).length ? "answered" : "unanswered";
  dot.toggleAttribute("data-flagged", flagged);
  dot.querySelector(".visually-hidden").textContent = `Question ${place + 1}, ${dot.dataset.state}${flagged ? ", flagged" : ""}`;
  count();
}

function count() {
  const isDone = (each) => values(each).length || isChecked(each.dataset.slot);
  const answered = questions.filter(isDone).length;
  quiz.querySelector("[data-count]").textContent = `${answered} of ${questions.length} answered`;
}

function show(slot, focus) {
  if (current && current !== slot) keep(current);
  current = slot;
  const place = questions.findIndex((each) => each.dataset.slot === slot);
  questions.forEach((each, n) => (each.hidden = n !== place));
  dots.forEach((dot, n) => {
    if (n === place) dot.setAttribute("aria-current", "step");
    else dot.removeAttribute("aria-current");
  });
  const last = place === questions.length - 1;
  sheet.querySelector('[data-go="-1"]').hidden = place === 0;
  sheet.querySelector('[data-go="1"]').hidden = last;
  sheet.querySelector("[data-submit]").hidden = !last;
  if (focus) questions[place].querySelector("h2").focus();
}

function go(step) {
  const place = questions.findIndex((each) => each.dataset.slot === current) + step;
  if (!questions[place]) return;
  show(questions[place].dataset.slot, true);
  history.pushState(null, "", hashOf(questions[place]));
}

const hashOf = (each) => `#q${each.dataset.slot}`;
const named = () => questions.find((each) => hashOf(each) === location.hash);

addEventListener("hashchange", () => {
  const there = named();
  if (there) show(there.dataset.slot, true);
});
for (const link of quiz.querySelectorAll('a[href^="#q"]')) {
  link.addEventListener("click", () => {
    // The same address again changes nothing by itself.
    if (link.hash === location.hash) show(named().dataset.slot, true);
  });
}
for (const button of sheet.querySelectorAll("[data-go]")) {
  button.addEventListener("click", () => go(Number(button.dataset.go)));
}

/* What is given is kept. */

sheet.addEventListener("input", (event) => {
  if (!isTyping(event)) return;
  const slot = slotOf(event.target);
  mark(slot);
  clearTimeout(typing.get(slot));
  typing.set(slot, setTimeout(() => keep(slot), TYPING_PAUSE));
});
sheet.addEventListener("change", ({ target }) => {
  const slot = slotOf(target);
  if (!slot) return;
  mark(slot);
  if (target === flag(slot)) add({ kind: "flag", slot, flagged: target.checked });
  else keep(slot);
});
sheet.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
  event.preventDefault(); // would send the form
  keep(slotOf(event.target));
  const next = nextPart(event.target);
  if (next) next.focus();
  else go(1);
});
if ("letterKeys" in quiz.dataset) listenForLetters(() => question(current));

addEventListener("offline", sayWaiting);
addEventListener("online", () => {
  if (queue.length) wake();
  else if (!closed && !conflicts.size) say("saved", lastSaved);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") for (const slot of [...typing.keys()]) keep(slot);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // “back” shows what the server has now
});
addEventListener("beforeunload", (event) => {
  if (!leaving && unsaved()) event.preventDefault();
});

/* Submitting waits until everything is saved; nothing is sent that might be lost on the way. */

let submitting = false;
sheet.addEventListener("submit", async (event) => {
  if (leaving) return;
  for (const slot of [...typing.keys()]) keep(slot);
  if (!unsaved()) {
    leaving = true;
    return;
  }
  event.preventDefault();
  if (submitting) return;
  submitting = true;
  wake();
  await Promise.race([run(), new Promise((enough) => setTimeout(enough, 8000))]);
  submitting = false;
  const [undecided] = conflicts.keys();
  if (closed) {
    seeResult();
  } else if (undecided) {
    show(undecided, true);
  } else if (!queue.length) {
    leaving = true;
    sheet.requestSubmit(event.submitter);
  }
});

/* What is saved is submitted, or the page says how long that can still be done. */
async function timeIsUp() {
  for (const slot of [...typing.keys()]) keep(slot);
  if (time.dataset.overdue === "submit") {
    const button = Object.assign(document.createElement("button"), {
      name: "action",
      value: "submit-anyway",
      hidden: true,
    });
    sheet.append(button);
    sheet.requestSubmit(button);
    return;
  }
  await Promise.race([run(), new Promise((enough) => setTimeout(enough, 8000))]);
  leaving = true;
  location.reload();
}

/* What a reload interrupted goes on. */

function resume() {
  let kept = [];
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
  } catch {
    // nothing of ours
  }
  for (const job of kept) {
    if (!question(job.slot) || isChecked(job.slot)) continue;
    if (job.kind === "flag") flag(job.slot).checked = job.flagged;
    else {
      fill(question(job.slot), job.values);
      known.set(job.slot, JSON.stringify(values(question(job.slot))));
    }
    queue.push(job);
    mark(job.slot);
  }
  if (queue.length) run();
}

resume();
sheet.querySelector("[data-save-all]").hidden = true;
const time = quiz.querySelector("[data-time]");
if (time && Number(time.dataset.time)) countDown(time, timeIsUp);
const first = questions.find((each) => !values(each).length && !isChecked(each.dataset.slot)) ?? questions[0];
if (first) show((named() ?? first).dataset.slot, false);
if (!navigator.onLine) sayWaiting();
