"use strict";
document.documentElement.classList.add("js");

const clockText = (seconds, digits) => {
  const units = Math.round(seconds * 10 ** digits);
  const rest = units % (60 * 10 ** digits);
  const text = (rest / 10 ** digits).toFixed(digits);
  return `${Math.floor(units / (60 * 10 ** digits))}:${text.padStart(digits ? digits + 3 : 2, "0")}`;
};

const quietOthers = (kept) => {
  for (const audio of document.querySelectorAll("audio")) if (audio !== kept) audio.pause();
};

class Player {
  constructor(section) {
    this.section = section;
    this.length = Number(section.dataset.length);
    this.audios = [...section.querySelectorAll(".deck audio, .head audio")];
    this.audio = this.audios[0];
    this.position = 0;
    this.find = (name) => section.querySelector(name);
    this.plate = this.find(".plate");
    this.button = this.find(".play");
    this.button.addEventListener("click", () => this.toggle());
    this.audios.forEach((audio, index) => this.listen(audio, index));
    this.plate.addEventListener("pointerdown", (event) => this.drag(event));
    this.plate.addEventListener("keydown", (event) => this.key(event));
    for (const name of [".wave", ".lanes", ".strip"])
      for (const place of section.querySelectorAll(name))
        place.addEventListener("click", (event) => this.seekTo(event.clientX));
    for (const place of section.querySelectorAll("[data-seek]")) this.offer(place);
    this.show();
  }

  listen(audio, index) {
    audio.addEventListener("play", () => { quietOthers(audio); this.run(); });
    audio.addEventListener("pause", () => this.show());
    audio.addEventListener("ended", () => this.show());
    audio.addEventListener("error", () => this.complain(audio));
    const choice = this.section.querySelectorAll(".voice input")[index];
    choice.addEventListener("change", () => this.choose(audio));
  }

  offer(place) {
    const seconds = Number(place.dataset.seek);
    place.addEventListener("click", (event) => { event.stopPropagation(); this.seek(seconds); this.play(); });
    if (!place.classList.contains("event")) return;
    const tell = () => { this.find(".told").textContent = place.title; };
    place.addEventListener("focus", tell);
    place.addEventListener("pointerenter", tell);
  }

  get playing() { return !this.audio.paused && !this.audio.ended; }

  play() {
    this.find(".trouble").hidden = true;
    this.audio.play().catch((error) => { if (error.name !== "AbortError") this.complain(this.audio); });
  }

  toggle() {
    if (this.playing) return this.audio.pause();
    if (this.position >= this.length) this.seek(0);
    this.play();
  }

  choose(audio) {
    const goesOn = this.playing;
    this.audio.pause();
    this.audio = audio;
    audio.currentTime = this.position;
    if (goesOn) this.play();
  }

  seek(seconds) {
    this.position = Math.min(this.length, Math.max(0, seconds));
    this.audio.currentTime = this.position;
    this.show();
  }

  seekTo(x) {
    const box = this.plate.getBoundingClientRect();
    this.seek(((x - box.left) / box.width) * this.length);
  }

  drag(down) {
    if (down.button) return;
    this.seekTo(down.clientX);
    this.plate.setPointerCapture(down.pointerId);
    const move = (event) => this.seekTo(event.clientX);
    this.plate.addEventListener("pointermove", move);
    const end = () => this.plate.removeEventListener("pointermove", move);
    this.plate.addEventListener("pointerup", end, { once: true });
    this.plate.addEventListener("pointercancel", end, { once: true });
  }

  key(event) {
    const small = event.shiftKey ? 1 : 5;
    const steps = { ArrowLeft: -small, ArrowDown: -small, ArrowRight: small, ArrowUp: small, PageDown: -30, PageUp: 30, Home: -this.length, End: this.length };
    if (event.key === " " || event.key === "Enter") this.toggle();
    else if (event.key in steps) this.seek(this.position + steps[event.key]);
    else return;
    event.preventDefault();
  }

  run() {
    if (this.playing) {
      this.position = this.audio.currentTime;
      requestAnimationFrame(() => this.run());
    }
    this.show();
  }

  show() {
    if (this.audio.ended) this.position = this.length;
    const playing = this.playing;
    this.button.setAttribute("aria-pressed", playing);
    this.find(".play .word").textContent = playing ? "Pause" : "Play";
    this.find(".now").textContent = clockText(this.position, 1);
    this.find(".playhead").style.left = `${(100 * this.position) / this.length}%`;
    this.plate.setAttribute("aria-valuenow", this.position.toFixed(1));
    this.plate.setAttribute("aria-valuetext", clockText(this.position, 0));
  }

  complain(audio) {
    const name = decodeURIComponent(audio.getAttribute("src")).replace(/^\.\//, "");
    const trouble = this.find(".trouble");
    trouble.textContent = `${name} cannot be played. Is the file beside this page?`;
    trouble.hidden = false;
    this.show();
  }
}

for (const section of document.querySelectorAll(".movement")) new Player(section);
for (const audio of document.querySelectorAll(".whole audio, .shot audio"))
  audio.addEventListener("play", () => quietOthers(audio));
for (const shot of document.querySelectorAll(".shot:has(audio)")) {
  const [button, audio] = [shot.querySelector(".listen"), shot.querySelector("audio")];
  const show = () => button.setAttribute("aria-pressed", !audio.paused && !audio.ended);
  for (const name of ["play", "pause", "ended", "error"]) audio.addEventListener(name, show);
  button.addEventListener("click", () => {
    if (!audio.paused) return audio.pause();
    audio.currentTime = 0;
    audio.play().catch(show);
  });
}
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
