// The view of a movement: waveform, spectrogram and events, with position, loop and zoom.
const clockText = (seconds, digits) => {
  const units = Math.round(seconds * 10 ** digits);
  const rest = units % (60 * 10 ** digits);
  const text = (rest / 10 ** digits).toFixed(digits);
  return `${Math.floor(units / (60 * 10 ** digits))}:${text.padStart(digits ? digits + 3 : 2, "0")}`;
};

// A slider along time: `start` and `length` in seconds of the piece.
class TimeSlider {
  constructor(plate, start, length, desk) {
    Object.assign(this, { plate, start, length, desk });
    plate.addEventListener("pointerdown", (event) => this.drag(event));
    plate.addEventListener("keydown", (event) => this.key(event));
  }

  at(x) {
    const box = this.plate.getBoundingClientRect();
    const inside = ((x - box.left) / box.width) * this.length;
    return this.start + Math.min(this.length, Math.max(0, inside));
  }

  drag(down) {
    if (down.button) return;
    const from = this.at(down.clientX);
    const move = down.shiftKey
      ? (event) => this.desk.setLoop(from, this.at(event.clientX))
      : (event) => this.desk.seek(this.at(event.clientX));
    if (!down.shiftKey) this.desk.seek(from);
    this.plate.setPointerCapture(down.pointerId);
    this.plate.addEventListener("pointermove", move);
    const end = () => this.plate.removeEventListener("pointermove", move);
    this.plate.addEventListener("pointerup", end, { once: true });
    this.plate.addEventListener("pointercancel", end, { once: true });
  }

  key(event) {
    const small = event.shiftKey ? 1 : 5;
    const steps = {
      ArrowLeft: -small, ArrowDown: -small, ArrowRight: small, ArrowUp: small,
      PageDown: -30, PageUp: 30, Home: -Infinity, End: Infinity,
    };
    if (!(event.key in steps)) return;
    const moved = this.desk.seconds + steps[event.key];
    this.desk.seek(Math.min(this.start + this.length, Math.max(this.start, moved)));
    event.preventDefault();
    event.stopPropagation();
  }

  show(seconds) {
    const inside = Math.min(this.length, Math.max(0, seconds - this.start));
    this.plate.setAttribute("aria-valuenow", inside.toFixed(1));
    this.plate.setAttribute("aria-valuetext", clockText(inside, 0));
    return inside;
  }
}

const placeLoop = (mark, loop, start, length) => {
  const from = loop ? Math.max(loop[0] - start, 0) : 0;
  const to = loop ? Math.min(loop[1] - start, length) : 0;
  mark.hidden = to <= from;
  mark.style.left = `${(100 * from) / length}%`;
  mark.style.width = `${(100 * (to - from)) / length}%`;
};

const STEPS_S = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200];
const MOST_ZOOM = 256;

class View {
  constructor(section, movement, desk) {
    Object.assign(this, { section, movement, desk });
    this.start = movement.start / desk.rate;
    this.length = movement.samples / desk.rate;
    this.slug = section.dataset.slug;
    this.title = section.querySelector(".numeral").textContent;
    this.find = (name) => section.querySelector(name);
    this.slider = new TimeSlider(this.find(".plate"), this.start, this.length, desk);
    this.scroller = this.find(".scroller");
    this.mixer = new Mixer(section, movement, desk);
    this.magnifier = new Magnifier(this, movement, desk);
    this.zoom = 1;
    this.button = this.find(".deck .play");
    this.button.addEventListener("click", () => this.toggle());
    for (const place of section.querySelectorAll(".wave, .lanes, .strip, .loudness"))
      place.addEventListener("click", (event) => desk.seek(this.slider.at(event.clientX)));
    for (const place of section.querySelectorAll("[data-seek]")) this.offer(place);
    const zooms = { ".zoom-in": 2, ".zoom-out": 0.5, ".zoom-all": 0 };
    for (const [name, factor] of Object.entries(zooms))
      this.find(name).addEventListener("click", () => this.zoomBy(factor));
    this.scroller.addEventListener("scroll", () => this.draw());
    // The heads of stems stay in view while the rest scrolls.
    new ResizeObserver(([{ contentRect }]) => {
      this.scroller.style.setProperty("--view", `${contentRect.width}px`);
      this.redraw();
    }).observe(this.scroller);
    // Events are made when their movement is nearly in view: a piece may have thousands.
    new IntersectionObserver(([{ isIntersecting }]) => {
      this.isNear = isIntersecting;
      this.redraw();
    }, { rootMargin: "100%" }).observe(section);
  }

  offer(place) {
    const seconds = this.start + Number(place.dataset.seek);
    place.addEventListener("click", (event) => {
      event.stopPropagation();
      this.desk.play(seconds);
    });
  }

  contains(seconds) { return seconds >= this.start && seconds < this.start + this.length; }

  toggle() {
    if (this.desk.isPlaying && this.contains(this.desk.seconds)) return this.desk.pause();
    this.desk.play(this.contains(this.desk.seconds) ? this.desk.seconds : this.start);
  }

  // Twice as wide, half as wide, or (0) the whole movement; the position stays in view.
  zoomBy(factor) {
    this.zoom = factor ? Math.min(MOST_ZOOM, Math.max(1, this.zoom * factor)) : 1;
    this.find(".roll").style.setProperty("--zoom", this.zoom);
    this.find(".zoom-text").textContent = `${this.zoom}×`;
    this.follow(true);
    this.redraw();
  }

  // Scrolls so that the position is visible: on request, or when it leaves the view.
  follow(isForced = false) {
    const { scroller } = this;
    const x = (this.slider.show(this.desk.seconds) / this.length) * scroller.scrollWidth;
    const isVisible = x >= scroller.scrollLeft && x <= scroller.scrollLeft + scroller.clientWidth;
    if (isForced) scroller.scrollLeft = x - scroller.clientWidth / 2;
    else if (!isVisible) scroller.scrollLeft = x - scroller.clientWidth * 0.1;
  }

  get events() {
    this.made ??= new Events(this.section, this);
    return this.made;
  }

  redraw() {
    this.drawn = null;
    this.draw();
  }

  // The axis and the events in view and a view's width to both sides, when the view leaves them.
  draw() {
    if (!this.isNear) return;
    this.magnifier.wait();
    const { scroller, drawn } = this;
    const visible = this.length / this.zoom;
    const from = (scroller.scrollLeft / scroller.scrollWidth) * this.length;
    if (drawn && drawn[0] <= Math.max(0, from)
      && drawn[1] >= Math.min(this.length, from + visible)) return;
    this.drawn = [Math.max(0, from - visible), Math.min(this.length, from + 2 * visible)];
    this.drawAxis(...this.drawn, visible);
    this.events.draw(...this.drawn);
  }

  drawAxis(from, to, visible) {
    const step = STEPS_S.find((one) => visible / one <= 12) ?? 3600;
    const digits = step < 0.1 ? 2 : step < 1 ? 1 : 0;
    const marks = [];
    for (let n = Math.floor(from / step); n * step <= to; n++) {
      const mark = document.createElement("span");
      mark.style.left = `${(100 * n * step) / this.length}%`;
      mark.textContent = clockText(n * step, digits);
      if (n % 2) mark.className = "minor";
      marks.push(mark);
    }
    this.find(".axis").replaceChildren(...marks);
  }

  show() {
    const { desk } = this;
    const inside = this.slider.show(desk.seconds);
    const isPlaying = desk.isPlaying && this.contains(desk.seconds);
    this.button.setAttribute("aria-pressed", isPlaying);
    this.button.querySelector(".word").textContent = isPlaying ? "Pause" : "Play";
    this.find(".now").textContent = clockText(inside, 1);
    this.find(".playhead").style.left = `${(100 * inside) / this.length}%`;
    if (isPlaying && this.zoom > 1) this.follow();
  }

  showLoop(loop) { placeLoop(this.find(".loop-mark"), loop, this.start, this.length); }
}
