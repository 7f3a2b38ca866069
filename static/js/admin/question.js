/* The question page shows only what the chosen kind needs. Without this script it shows all kinds. */
(function () {
  "use strict";
  var kind = document.getElementById("id_kind");
  if (!kind) return;
  var parts = Array.from(document.querySelectorAll("fieldset[class*='for-']"));

  function show() {
    parts.forEach(function (part) {
      part.hidden = !part.classList.contains("for-" + kind.value);
    });
  }

  kind.addEventListener("change", show);
  show();
})();
