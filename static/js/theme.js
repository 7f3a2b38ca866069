/* The theme a reader chose, set before the first paint: system, light or dark. */
(function () {
  "use strict";
  var root = document.documentElement;
  var order = ["system", "light", "dark"];
  var stored = function () {
    try {
      return localStorage.getItem("theme");
    } catch (error) {
      return null; // storage is off: the system decides
    }
  };
  var apply = function (theme) {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  apply(stored());
  addEventListener("storage", function (event) {
    if (event.key === "theme") apply(event.newValue);
  });
  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-theme-switch]")) return;
    var next = order[(order.indexOf(root.dataset.theme || "system") + 1) % 3];
    apply(next);
    try {
      localStorage.setItem("theme", next);
    } catch (error) {
      // chosen for this page only
    }
  });
})();
