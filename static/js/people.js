/* The people of a class: copies a link, and goes on sending invitations by itself. Each works without. */

for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  const label = button.querySelector("span");
  const said = label.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      label.textContent = "Copied";
      setTimeout(() => (label.textContent = said), 1600);
    } catch {
      field.select(); // not allowed here: then by hand
    }
  });
}

/* The answer to each batch is this page as it is then; its list takes the place of ours. */
async function goOn() {
  for (let form = document.getElementById("sending"); form; ) {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const section = form.closest("section");
    const next = page.getElementById("list")?.closest("section");
    if (!next) return;
    const before = Number(form.dataset.waiting);
    section.replaceWith(document.importNode(next, true));
    form = document.getElementById("sending");
    if (form && Number(form.dataset.waiting) >= before) {
      form.querySelector("[role=status]").textContent += " The mail server takes none just now.";
      return;
    }
  }
}

goOn().catch(() => {}); // offline: the button still works
