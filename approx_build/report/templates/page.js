"use strict";
document.documentElement.classList.add("js");

const quietOthers = (kept) => {
  for (const audio of document.querySelectorAll("audio")) if (audio !== kept) audio.pause();
};

for (const audio of document.querySelectorAll(".shot audio"))
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
  for (const details of document.querySelectorAll("details:not(.keys)")) details.open = true;
});
