/* The time of an attempt, counted down. It only shows what the server decides. */

const WARNINGS = [300, 60, 30]; // seconds before the end at which a screen reader is told

function inDigits(seconds) {
  const hours = Math.floor(seconds / 3600);
  const rest = [Math.floor((seconds % 3600) / 60), seconds % 60].map((n) => String(n).padStart(2, "0"));
  return [...(hours ? [hours] : []), ...rest].join(":");
}

function inWords(seconds) {
  const [count, unit] = seconds >= 60 ? [Math.round(seconds / 60), "minute"] : [seconds, "second"];
  return `${count} ${unit}${count === 1 ? "" : "s"} left`;
}

/* Count the seconds of `box` down; `ended` is called once, when there are none. */
export function countDown(box, ended) {
  const end = Date.now() + Number(box.dataset.time) * 1000;
  const warnings = WARNINGS.filter((seconds) => seconds < Number(box.dataset.time));
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    box.querySelector("[data-left]").textContent = `: ${inDigits(left)} left`;
    box.toggleAttribute("data-short", left <= 60);
    while (warnings.length && left <= warnings[0]) {
      warnings.shift();
      box.querySelector("[data-warn]").textContent = inWords(left);
    }
    if (left > 0) return;
    clearInterval(timer);
    ended();
  };
  const timer = setInterval(tick, 1000);
  tick();
}
