/* The live preview beside a Markdown text: the real page, made from the form as it is now.

   The frame runs no scripts (its sandbox), so this file moves in it and sets its theme. */
(function () {
  "use strict";
  var WAIT = 500;

  function makeProblem(problem) {
    var item = document.createElement("li");
    var button = document.createElement("button");
    button.type = "button";
    button.dataset.line = problem.line;
    button.textContent = "Line " + problem.line;
    item.append(button, " " + problem.message);
    return item;
  }

  function goToLine(textarea, line) {
    var lines = textarea.value.split("\n");
    var start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    textarea.focus();
    textarea.setSelectionRange(start, start + (lines[line - 1] || "").length);
    var height = parseFloat(getComputedStyle(textarea).lineHeight) || 20;
    textarea.scrollTop = Math.max(0, (line - 4) * height);
  }

  function theme(frame) {
    var chosen = document.documentElement.dataset.theme;
    var root = frame.contentDocument && frame.contentDocument.documentElement;
    if (!root) return;
    if (chosen) root.dataset.theme = chosen;
    else delete root.dataset.theme;
  }

  function show(frame, html) {
    var here = frame.contentDocument;
    var made = new DOMParser().parseFromString(html, "text/html");
    made.querySelectorAll("script").forEach(function (script) {
      script.remove(); // the sandbox would refuse each, and say so in the console
    });
    var main = here && here.getElementById("main");
    if (!frame.hidden && main && here.body.dataset.preview) {
      // Only the page's middle is exchanged: no flash, and the place is kept.
      main.replaceWith(here.adoptNode(made.getElementById("main")));
      here.title = made.title;
      return;
    }
    frame.addEventListener(
      "load",
      function () {
        var page = frame.contentDocument;
        page.body.dataset.preview = "1";
        theme(frame);
        page.addEventListener("click", function (event) {
          var link = event.target.closest("a[href]");
          if (!link) return;
          event.preventDefault(); // the preview stays what it is
          var hash = link.getAttribute("href");
          var target = hash.charAt(0) === "#" && page.getElementById(decodeURIComponent(hash.slice(1)));
          if (target) target.scrollIntoView();
        });
      },
      { once: true }
    );
    frame.hidden = false;
    frame.srcdoc = "<!doctype html>" + made.documentElement.outerHTML;
  }

  function start(box) {
    var textarea = box.querySelector("textarea");
    var problems = box.querySelector("[data-problems]");
    if (!textarea) return;
    problems.addEventListener("click", function (event) {
      var button = event.target.closest("[data-line]");
      if (button) goToLine(textarea, Number(button.dataset.line));
    });
    if (!box.dataset.preview) return;

    var frame = box.querySelector("[data-preview-frame]");
    var state = box.querySelector("[data-preview-state]");
    var form = textarea.form;
    var timer = 0;
    var running = null;

    function refresh() {
      if (running) running.abort();
      running = new AbortController();
      var data = new FormData(form);
      Array.from(data.keys()).forEach(function (key) {
        if (data.get(key) instanceof File) data.delete(key);
      });
      fetch(box.dataset.preview, {
        method: "POST",
        body: data,
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        signal: running.signal,
      })
        .then(function (response) {
          var kind = response.headers.get("Content-Type") || "";
          if (kind.indexOf("application/json") !== 0) throw new Error(String(response.status));
          return response.json();
        })
        .then(function (answer) {
          if (answer.error) {
            state.textContent = answer.error;
            return;
          }
          show(frame, answer.html);
          state.textContent = "";
          problems.hidden = !answer.problems.length;
          problems.querySelector("ul").replaceChildren.apply(
            problems.querySelector("ul"),
            answer.problems.map(function (problem) {
              return makeProblem(problem);
            })
          );
        })
        .catch(function (error) {
          if (error.name === "AbortError") return;
          state.textContent = "The preview could not be made. What you wrote is still here; save it.";
        });
    }

    form.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(refresh, WAIT);
    });
    new MutationObserver(function () {
      theme(frame);
    }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    refresh();
  }

  document.querySelectorAll("[data-markdown]").forEach(start);
})();
