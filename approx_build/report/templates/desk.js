// The desk: transport, loop, volume, keys, and one view for each movement. Times are seconds.
const SHORTEST_LOOP_S = 0.05;

class Desk {
  constructor(bar) {
    this.bar = bar;
    this.find = (name) => bar.querySelector(name);
    this.layout = this.read();
    this.rate = this.layout.rate;
    this.context = new AudioContext({ sampleRate: this.rate });
    this.engine = new Engine(this.layout, this.context);
    this.length = this.engine.length / this.rate;
    this.seconds = 0;
    this.loop = null;
    this.timeline = new TimeSlider(this.find(".timeline"), 0, this.length, this);
    this.views = this.engine.movements.map((one) => new View(one.section, one, this));
    this.notes = new Notes(document.querySelector(".notes"), this);
    this.connect();
    this.show();
  }

  read() {
    const { rate, channels, sheet, gap } = this.bar.dataset;
    let start = 0;
    const movements = [...document.querySelectorAll(".movement")].map((section) => {
      const movement = { section, start, samples: Number(section.dataset.samples) };
      movement.master = section.dataset.stream;
      const stems = [...section.querySelectorAll(".stem[data-stream]")];
      movement.stems = stems.map((row) => row.dataset.stream);
      start += movement.samples + Number(gap);
      return movement;
    });
    const [rateHz, count, sheetSamples] = [rate, channels, sheet].map(Number);
    return { rate: rateHz, channels: count, sheetSamples, movements };
  }

  connect() {
    this.find(".play").addEventListener("click", () => this.toggle());
    this.find(".source").addEventListener("change", (event) => this.listenTo(event.target.value));
    this.find(".volume").addEventListener("input", (event) => this.setVolume(event.target.value));
    this.find(".loop-from").addEventListener("click", () => this.loopFrom());
    this.find(".loop-to").addEventListener("click", () => this.loopTo());
    this.find(".loop-off").addEventListener("click", () => this.setLoop());
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("beforeprint", () => {
      for (const view of this.views) for (const list of view.events.lists) list.draw(true);
    });
    for (const audio of document.querySelectorAll("audio"))
      audio.addEventListener("play", () => this.pause());
  }

  get isPlaying() { return this.engine.session !== null; }

  get here() { return this.views.find((view) => this.seconds < view.start + view.length); }

  play(seconds = this.seconds) {
    quietOthers(null);
    this.find(".trouble").hidden = true;
    this.seconds = seconds >= this.length ? 0 : seconds;
    const session = this.engine.start(this.seconds * this.rate);
    session.run().catch((error) => this.complain(error, session));
    this.follow(session);
    this.show();
  }

  pause() {
    this.engine.stop();
    this.show();
  }

  toggle() { this.isPlaying ? this.pause() : this.play(); }

  seek(seconds) {
    this.seconds = Math.min(this.length, Math.max(0, seconds));
    if (this.isPlaying) this.play(this.seconds);
    else this.show();
  }

  follow(session) {
    if (this.engine.session !== session) return;
    if (session.isOver) {
      this.seconds = this.length;
      return this.pause();
    }
    if (session.position !== null) this.seconds = session.position / this.rate;
    this.show();
    requestAnimationFrame(() => this.follow(session));
  }

  listenTo(name) {
    this.find(".source").value = name;
    this.engine.listenTo(name);
  }

  setVolume(db) {
    this.engine.ramp(this.engine.volume.gain, gainOf(Number(db)));
    this.find(".volume").setAttribute("aria-valuetext", `${db} dB`);
  }

  loopFrom() { this.setLoop(this.seconds, this.loop?.[1] ?? this.length); }

  loopTo() { this.setLoop(this.loop?.[0] ?? 0, this.seconds); }

  setLoop(from = 0, to = 0) {
    const [start, end] = [Math.min(from, to), Math.max(from, to)];
    this.loop = end - start >= SHORTEST_LOOP_S ? [start, end] : null;
    this.engine.loop = this.loop && {
      start: Math.round(start * this.rate), end: Math.round(end * this.rate),
    };
    placeLoop(this.find(".loop-mark"), this.loop, 0, this.length);
    for (const view of this.views) view.showLoop(this.loop);
    this.find(".loop-off").disabled = !this.loop;
    // What is scheduled already would go past the new end.
    if (this.isPlaying) this.play(this.seconds);
  }

  skip(step) {
    const place = this.views.indexOf(this.here ?? this.views.at(-1)) + step;
    this.seek(this.views[Math.min(this.views.length - 1, Math.max(0, place))].start);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.find(".keys-on").checked) return;
    if (event.target.closest("input, select, textarea")) return;
    if (event.key === " " && event.target.closest("button, a, summary")) return;
    const mixer = this.here?.mixer;
    const digit = event.code.startsWith("Digit") ? Number(event.code.slice(5)) : 0;
    if (digit) mixer?.toggle(digit - 1, event.shiftKey ? "solo" : "mute");
    else if (event.key in KEYS) KEYS[event.key](this);
    else return;
    event.preventDefault();
  }

  show() {
    const playing = this.isPlaying;
    const button = this.find(".play");
    button.setAttribute("aria-pressed", playing);
    button.querySelector(".word").textContent = playing ? "Pause the piece" : "Play the piece";
    this.find(".now").textContent = clockText(this.seconds, 1);
    this.timeline.show(this.seconds);
    this.find(".playhead").style.left = `${(100 * this.seconds) / this.length}%`;
    for (const view of this.views) view.show();
    this.notes.showMoment();
  }

  complain(error, session) {
    if (this.engine.session !== session) return;
    this.pause();
    const name = decodeURIComponent(error.message).replace(/^\.\//, "");
    const trouble = this.find(".trouble");
    trouble.textContent = `${name} cannot be read. Is the folder “streams” beside this page? `
      + "The players below play the delivered files alone.";
    trouble.hidden = false;
    document.documentElement.classList.add("plain");
  }
}

const KEYS = {
  " ": (desk) => desk.toggle(),
  ",": (desk) => desk.seek(desk.seconds - 1),
  ".": (desk) => desk.seek(desk.seconds + 1),
  "[": (desk) => desk.loopFrom(),
  "]": (desk) => desk.loopTo(),
  "\\": (desk) => desk.setLoop(),
  "+": (desk) => desk.here?.zoomBy(2),
  "-": (desk) => desk.here?.zoomBy(0.5),
  "0": (desk) => desk.here?.zoomBy(0),
  n: (desk) => desk.skip(1),
  p: (desk) => desk.skip(-1),
  d: (desk) => desk.listenTo(desk.find(".source").value === "mix" ? "master" : "mix"),
  t: (desk) => desk.notes.input.focus(),
  r: (desk) => desk.here?.mixer.reset(),
};

const bar = document.querySelector(".transport");
const desk = bar && new Desk(bar);
