/* The pages around an account; each works without this, except where a key has to be asked. */

/* What only works with JavaScript shows itself. */
for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;

/* Signing up takes the browser's time zone along; the settings offer it where another is set. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll("[data-time-zone]")) {
  if (field.type === "hidden") {
    field.value = zone;
  } else if (zone && field.value !== zone && [...field.options].some((option) => option.value === zone)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.dataset.kind = "quiet";
    button.dataset.size = "small";
    button.textContent = `Use this device’s time zone, ${zone.replaceAll("_", " ")}`;
    button.addEventListener("click", () => {
      field.value = zone;
      button.remove();
      field.focus();
    });
    field.after(button);
  }
}

/* A key that was not used says so on the page, not only in the console. */
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  let line = document.getElementById("key-error");
  if (!line) {
    line = document.createElement("p");
    line.id = "key-error";
    line.className = "field-error";
    line.setAttribute("role", "alert");
    document.querySelector("main form").before(line);
  }
  line.textContent = "No key was used. Try again, or choose another way.";
});
