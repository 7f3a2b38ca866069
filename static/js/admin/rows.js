/* Lists edited as tables of rows (templates/admin/rows.html): add, remove, move up and down. */
(function () {
  "use strict";

  function renumber(box) {
    box.querySelectorAll("tbody > tr").forEach(function (row, index) {
      row.querySelectorAll("[name]").forEach(function (field) {
        field.name = field.name.replace(/-(\d+|__row__)-(?=[^-]*$)/, "-" + index + "-");
        field.setAttribute(
          "aria-label",
          field.getAttribute("aria-label").replace(/(\d+|__place__)$/, String(index + 1))
        );
      });
    });
  }

  function changed(box, words) {
    renumber(box);
    box.querySelector("[data-rows-said]").textContent = words;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function add(box) {
    var body = box.querySelector("tbody");
    body.append(box.querySelector("template").content.cloneNode(true));
    var row = body.lastElementChild;
    row.querySelector("[data-rows-tools]").hidden = false;
    renumber(box);
    return row;
  }

  function isBlank(row) {
    return !Array.from(row.querySelectorAll("[name]")).some(function (field) {
      return field.type === "checkbox" ? field.checked : field.value.trim();
    });
  }

  function act(box, button) {
    var row = button.closest("tr");
    var noun = box.dataset.noun;
    if (button.matches("[data-rows-add]")) {
      add(box).querySelector("[name]").focus();
      changed(box, noun + " added");
    } else if (button.matches("[data-rows-up]") && row.previousElementSibling) {
      row.previousElementSibling.before(row);
      changed(box, noun + " moved up");
      button.focus();
    } else if (button.matches("[data-rows-down]") && row.nextElementSibling) {
      row.nextElementSibling.after(row);
      changed(box, noun + " moved down");
      button.focus();
    } else if (button.matches("[data-rows-remove]")) {
      var near = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      var target = near || add(box);
      target.querySelector("[name]").focus();
      changed(box, noun + " removed");
    }
  }

  document.querySelectorAll("[data-rows]").forEach(function (box) {
    box.querySelectorAll("[data-rows-tools], [data-rows-add]").forEach(function (element) {
      element.hidden = false;
    });
    // The blank rows are for those without this script; one stays where there is nothing yet.
    var rows = Array.from(box.querySelectorAll("tbody > tr"));
    rows.forEach(function (row, index) {
      if (index && index >= Number(box.dataset.filled) && isBlank(row)) row.remove();
    });
    box.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (button) act(box, button);
    });
  });
})();
