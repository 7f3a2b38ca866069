/* What a question's fields hold. A question is the element around what `quizzes/asked.html` shows;
   its answer is a list of values, the same that its form sends. Fields of a question with several
   parts are named `s3_0`, `s3_1`, …, and their values begin with the part: `0=…`. */

const NAME = /^s\d+(?:_(\d+))?$/;
const LETTERS = ["a", "b", "c", "d", "e", "f"];

const isTyped = (field) => field.type === "text";
const isChecked = (field) => field.type === "radio" || field.type === "checkbox";
const partOf = (field) => NAME.exec(field.name)[1];
const prefixOf = (field) => (partOf(field) === undefined ? "" : `${partOf(field)}=`);
const isGiven = (field) => (isChecked(field) ? field.checked : field.value.trim());

export function fields(question) {
  return [...question.querySelectorAll("input, select")].filter(({ name }) => NAME.test(name));
}

/* The values of an answer; none where nothing is answered. */
export function values(question) {
  return fields(question)
    .filter(isGiven)
    .map((field) => prefixOf(field) + field.value);
}

/* Put an answer into the fields. */
export function fill(question, wanted) {
  for (const field of fields(question)) {
    const prefix = prefixOf(field);
    const own = wanted.filter((value) => value.startsWith(prefix)).map((value) => value.slice(prefix.length));
    if (isChecked(field)) field.checked = own.includes(field.value);
    else field.value = own[0] ?? "";
  }
  question.querySelectorAll("[data-ordering]").forEach(arrange);
}

/* What a field's value and its part are called on the page. */
const wordOf = (field, value) =>
  isChecked(field)
    ? field.closest("label").textContent.trim()
    : ([...(field.options ?? [])].find((option) => option.value === value)?.text ?? value);
const nameOf = (field) =>
  isChecked(field)
    ? field.closest("[aria-label]").getAttribute("aria-label")
    : field.labels[0].textContent.trim();

/* An answer as a person reads it: the labels of its choices and parts, and what was typed. */
export function inWords(question, wanted) {
  const list = question.querySelector("[data-ordering]");
  if (list) return orderInWords(list, wanted);
  return wanted.map((value) => {
    for (const field of fields(question)) {
      const prefix = prefixOf(field);
      const own = value.slice(prefix.length);
      if (!value.startsWith(prefix) || (isChecked(field) && field.value !== own)) continue;
      return prefix ? `${nameOf(field)}: ${wordOf(field, own)}` : wordOf(field, own);
    }
    return value;
  });
}

/* The field of the next part, if there is one. */
export function nextPart(field) {
  const all = fields(field.closest("[data-slot]"));
  return all.slice(all.indexOf(field) + 1).find(({ name }) => name !== field.name);
}

/* Whether an event is of somebody typing, so that more is to come. */
export function isTyping({ target }) {
  return isTyped(target) && NAME.test(target.name);
}

/* The letters A to F choose, in the question that `current` returns. */
export function listenForLetters(current) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input[type=text], input[type=search], textarea, select, dialog")) return;
    const place = LETTERS.indexOf(event.key.toLowerCase());
    const field = place < 0 ? null : fields(current()).filter((each) => isChecked(each) && !prefixOf(each))[place];
    if (!field || field.matches(":disabled")) return;
    event.preventDefault();
    field.focus();
    field.click();
  });
}

/* Ordering: a list whose rows are moved by buttons and by hand. Each row has the choice of places
   that is there without this file; it is hidden and follows. */

const rowsOf = (list) => [...list.children];
const placeOf = (row) => row.querySelector("select");
const keepButton = (list) => list.parentElement.querySelector("[data-keep-order]");

function orderInWords(list, wanted) {
  return rowsOf(list)
    .map((row) => {
      const prefix = prefixOf(placeOf(row));
      const place = wanted.find((value) => value.startsWith(prefix))?.slice(prefix.length);
      return { place: Number(place), words: `${Number(place) + 1}. ${row.dataset.label}` };
    })
    .filter(({ place }) => !Number.isNaN(place))
    .sort((a, b) => a.place - b.place)
    .map(({ words }) => words);
}

/* Put the rows where their places say; those without one come last. */
function arrange(list) {
  const place = (row) => (placeOf(row).value === "" ? Infinity : Number(placeOf(row).value));
  list.append(...rowsOf(list).sort((a, b) => place(a) - place(b) || 0));
  refresh(list);
}

function refresh(list) {
  const rows = rowsOf(list);
  rows.forEach((row, n) => {
    row.querySelector('[data-move="-1"]').setAttribute("aria-disabled", n === 0);
    row.querySelector('[data-move="1"]').setAttribute("aria-disabled", n === rows.length - 1);
  });
  keepButton(list).hidden = rows.every((row) => placeOf(row).value !== "");
}

/* The order as it stands becomes the answer. */
function settle(list, row) {
  const rows = rowsOf(list);
  rows.forEach((each, n) => (placeOf(each).value = String(n)));
  refresh(list);
  say(list, `${row.dataset.label} is now ${rows.indexOf(row) + 1} of ${rows.length}`);
  placeOf(row).dispatchEvent(new Event("change", { bubbles: true }));
}

function say(list, words) {
  list.parentElement.querySelector("[data-moved]").textContent = words;
}

/* The neighbours move around the row, never the row itself: it keeps focus and pointer. */
function step(row, by) {
  const neighbour = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!neighbour) return false;
  if (by < 0) row.after(neighbour);
  else row.before(neighbour);
  return true;
}

function drag(list, row, start) {
  const before = rowsOf(list);
  const over = new AbortController();
  row.dataset.dragged = "";
  const move = ({ clientY }) => {
    const { previousElementSibling: above, nextElementSibling: below } = row;
    const middle = (other) => {
      const { top, height } = other.getBoundingClientRect();
      return top + height / 2;
    };
    if (above && clientY < middle(above)) step(row, -1);
    else if (below && clientY > middle(below)) step(row, 1);
  };
  const end = ({ type }) => {
    over.abort();
    delete row.dataset.dragged;
    if (type !== "pointerup") list.append(...before);
    else if (rowsOf(list).some((each, n) => each !== before[n])) settle(list, row);
  };
  for (const [name, act] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]]) {
    addEventListener(name, (event) => event.pointerId === start.pointerId && act(event), { signal: over.signal });
  }
}

function startOrdering(list) {
  for (const row of rowsOf(list)) {
    placeOf(row).hidden = true;
    row.querySelectorAll("[data-move], [data-grip]").forEach((each) => (each.hidden = false));
    row.querySelector("[data-grip]").addEventListener("pointerdown", (event) => {
      if (event.button || placeOf(row).matches(":disabled")) return;
      event.preventDefault();
      drag(list, row, event);
    });
  }
  list.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-move]");
    if (!button) return;
    const row = button.closest("li");
    if (step(row, Number(button.dataset.move))) settle(list, row);
    else say(list, `${row.dataset.label} is already ${button.dataset.move < 0 ? "first" : "last"}`);
  });
  keepButton(list).addEventListener("click", () => {
    const [first] = rowsOf(list);
    first.querySelector('[data-move="1"]').focus(); // this button goes
    settle(list, first);
    say(list, "The order is kept as it is");
  });
  arrange(list);
}

document.querySelectorAll("[data-ordering]").forEach(startOrdering);
