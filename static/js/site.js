/* Small enhancements of every page; each page is complete without them. */

const header = document.querySelector(".site-header");
const article = document.querySelector(".lesson-main, .prose");

/* The header leaves when reading down and returns on the way up; the line under it shows how far the text is read. */
function watchScrolling() {
  let last = scrollY;
  let waiting = false;
  const update = () => {
    waiting = false;
    const now = Math.max(0, scrollY);
    if (now < 120 || now < last - 4) delete header.dataset.away;
    else if (now > last + 4 && !header.querySelector("details[open]")) header.dataset.away = "";
    last = now;
    if (article && document.body.classList.contains("reading")) {
      const box = article.getBoundingClientRect();
      const span = box.height - innerHeight * 0.6;
      const read = span > 0 ? Math.min(1, Math.max(0, -box.top / span)) : 0;
      header.style.setProperty("--read", read.toFixed(4));
    }
  };
  addEventListener(
    "scroll",
    () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(update);
    },
    { passive: true },
  );
  update();
}

/* Menus close on Escape and on a click beside them. */
function closeMenus() {
  const close = (except) => {
    for (const menu of document.querySelectorAll(".menu[open]")) {
      if (menu !== except) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => close(event.target.closest(".menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector(".menu[open]");
    if (!open) return;
    const inside = open.contains(document.activeElement);
    open.open = false;
    if (inside) open.querySelector("summary").focus();
  });
}

function announce(text) {
  let line = document.getElementById("announcement");
  if (!line) {
    line = document.createElement("p");
    line.id = "announcement";
    line.className = "visually-hidden";
    line.setAttribute("role", "status");
    document.body.append(line);
  }
  line.textContent = text;
}

async function copy(text, element, said) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return false; // not allowed here: the link or the selection still works
  }
  element.dataset.copied = "";
  announce(said);
  setTimeout(() => delete element.dataset.copied, 1600);
  return true;
}

/* A heading's link copies its address, and still goes there; code blocks get a button. */
function offerCopies() {
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest("a.anchor");
    if (anchor) copy(anchor.href, anchor, "Link copied");
  });
  if (!navigator.clipboard) return;
  for (const pre of document.querySelectorAll(".prose pre")) {
    const box = pre.closest(".highlight") ?? pre;
    const frame = document.createElement("div");
    frame.className = "code-frame";
    box.replaceWith(frame);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      if (await copy(pre.textContent, button, "Code copied")) {
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = "Copy"), 1600);
      }
    });
    frame.append(box, button);
  }
}

/* The contents mark the heading that is being read; on phones the sheet closes when one is chosen. */
function followContents() {
  const contents = document.getElementById("contents");
  if (!contents) return;
  const links = new Map();
  for (const link of contents.querySelectorAll('a[href^="#"]')) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  }
  const mark = () => {
    let current = null;
    for (const [heading, link] of links) {
      if (heading.getBoundingClientRect().top > innerHeight * 0.28) break;
      current = link;
    }
    for (const link of links.values()) {
      if (link !== current) link.removeAttribute("aria-current");
    }
    if (!current || current.hasAttribute("aria-current")) return;
    current.setAttribute("aria-current", "location");
    const box = current.getBoundingClientRect();
    const frame = contents.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) {
      contents.scrollTop += box.top - frame.top - frame.height / 3;
    }
  };
  new IntersectionObserver(mark, { threshold: [0, 1] }).observe(document.body);
  addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
  mark();
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
  });
}

if (header) watchScrolling();
closeMenus();
offerCopies();
followContents();
document.querySelector("[data-print]")?.addEventListener("click", () => print());
