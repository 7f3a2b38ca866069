/* Gives `.player[data-player] > audio` our look: play, place, time, speed. Without it the browser's own controls stay. */

const sprite = document.querySelector(".icon use")?.getAttribute("href").split("#")[0];
const speeds = [1, 1.25, 1.5, 1.75, 2, 0.75];

const clock = (seconds) => {
  const whole = Math.floor(seconds || 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

function element(tag, className, label) {
  const made = document.createElement(tag);
  made.className = className;
  if (tag === "button") made.type = "button";
  if (label) made.setAttribute("aria-label", label);
  return made;
}

function dress(player) {
  const audio = player.querySelector("audio");
  const play = element("button", "player-play", "Play");
  play.append(icon("play"), icon("pause"));
  const place = element("input", "player-place", "Place in the recording");
  Object.assign(place, { type: "range", min: 0, max: 1000, value: 0 });
  const time = element("span", "player-time");
  const speed = element("button", "player-speed", "Speed: 1");
  speed.textContent = "1×";

  const show = () => {
    const length = Number.isFinite(audio.duration) ? audio.duration : 0;
    time.textContent = length ? `${clock(audio.currentTime)} / ${clock(length)}` : clock(audio.currentTime);
    if (length) place.value = Math.round((audio.currentTime / length) * 1000);
    place.setAttribute("aria-valuetext", time.textContent);
    play.setAttribute("aria-pressed", String(!audio.paused));
  };
  play.addEventListener("click", () => (audio.paused ? audio.play().catch(show) : audio.pause()));
  place.addEventListener("input", () => {
    if (Number.isFinite(audio.duration)) audio.currentTime = (place.value / 1000) * audio.duration;
  });
  speed.addEventListener("click", () => {
    audio.playbackRate = speeds[(speeds.indexOf(audio.playbackRate) + 1) % speeds.length];
    speed.textContent = `${audio.playbackRate}×`;
    speed.setAttribute("aria-label", `Speed: ${audio.playbackRate}`);
  });
  for (const event of ["play", "pause", "timeupdate", "durationchange", "ended"]) audio.addEventListener(event, show);
  audio.controls = false;
  player.dir = "ltr"; // time runs from left to right in every script
  player.append(play, place, time, speed);
  show();
}

for (const player of document.querySelectorAll("[data-player]")) dress(player);
