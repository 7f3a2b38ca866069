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
}

/* An answer as a person reads it: the labels of its choices, and what was typed. */
export function inWords(question, wanted) {
  return wanted.map((value) => {
    const field = fields(question).find((each) => isChecked(each) && each.value === value);
    return field ? field.closest("label").textContent.trim() : value;
  });
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
    const field = place < 0 ? null : fields(current()).filter(isChecked)[place];
    if (!field || field.matches(":disabled")) return;
    event.preventDefault();
    field.focus();
    field.click();
  });
}
