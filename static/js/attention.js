/* Those who need attention: one box chooses all on the page. */

const all = document.querySelector("[data-choose-all]");
const boxes = [...document.querySelectorAll("input[name=seat]")];

function agree() {
  const chosen = boxes.filter((box) => box.checked).length;
  all.checked = chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
}

if (all) {
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  boxes.forEach((box) => box.addEventListener("change", agree));
  agree(); // a browser that goes back keeps what was chosen
}
