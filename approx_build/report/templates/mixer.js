// The mixer of a movement: mute, solo and level of each stem.
class Mixer {
  constructor(section, movement, desk) {
    this.desk = desk;
    this.rows = [...section.querySelectorAll(".stem[data-stream]")].map((row, place) => ({
      track: movement.stems[place],
      mute: row.querySelector(".mute"),
      solo: row.querySelector(".solo"),
      level: row.querySelector(".fader input"),
      shown: row.querySelector(".fader .value"),
    }));
    for (const row of this.rows) this.listen(row);
    section.querySelector(".reset")?.addEventListener("click", () => this.reset());
  }

  listen(row) {
    for (const button of [row.mute, row.solo])
      button.addEventListener("click", () => { this.press(button); this.apply(); });
    row.level.addEventListener("input", () => this.apply());
    row.level.addEventListener("dblclick", () => { row.level.value = 0; this.apply(); });
  }

  press(button, value = !this.isOn(button)) { button.setAttribute("aria-pressed", value); }

  isOn(button) { return button.getAttribute("aria-pressed") === "true"; }

  reset() {
    for (const row of this.rows) {
      for (const button of [row.mute, row.solo]) this.press(button, false);
      row.level.value = 0;
    }
    this.apply();
  }

  toggle(place, name) { this.rows[place]?.[name].click(); }

  apply() {
    const anySolo = this.rows.some((row) => this.isOn(row.solo));
    for (const row of this.rows) {
      const db = Number(row.level.value);
      const isHeard = !this.isOn(row.mute) && (!anySolo || this.isOn(row.solo));
      this.desk.engine.ramp(row.track.gain.gain, isHeard ? gainOf(db) : 0);
      const text = db <= -60 ? "off" : `${db > 0 ? "+" : ""}${db} dB`.replace("-", "−");
      row.shown.textContent = text;
      row.level.setAttribute("aria-valuetext", text);
    }
    // The master has been limited as a whole: without a stem it would not be what it is.
    this.desk.listenTo("mix");
  }
}
