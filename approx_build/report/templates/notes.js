// Notes: those beside the score, and new ones, which only this browser has until they are saved.
const asYaml = ({ movement, at, text }) =>
  `  - { movement: ${JSON.stringify(movement)}, at: ${at}, text: ${JSON.stringify(text)} }\n`;
const isSame = (a) => (b) => asYaml(a) === asYaml(b);

class Notes {
  constructor(section, desk) {
    this.section = section;
    this.desk = desk;
    this.find = (name) => section.querySelector(name);
    this.input = this.find("textarea");
    this.key = `notes of ${location.pathname}`;
    this.saved = JSON.parse(this.find(".data").textContent);
    this.fresh = this.remembered().filter((note) => !this.saved.some(isSame(note)));
    this.find("form").addEventListener("submit", (event) => this.add(event));
    const status = this.find("[role=status]");
    this.find(".copy").addEventListener("click", () =>
      copy(this.text, this.find("pre")).then(() => { status.textContent = "copied"; }));
    this.list();
  }

  get text() {
    const every = [...this.saved, ...this.fresh];
    const place = ({ movement }) => this.views.findIndex((view) => view.slug === movement);
    every.sort((a, b) => place(a) - place(b) || a.at - b.at);
    return `notes:\n${every.map(asYaml).join("")}`;
  }

  get views() { return this.desk.views; }

  remembered() {
    try {
      const found = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      return found.filter((note) => this.views.some((view) => view.slug === note.movement));
    } catch {
      return [];
    }
  }

  remember() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.fresh));
    } catch {
      // A browser may refuse: the notes stay on the page until it is closed.
    }
  }

  // Where a note is placed: in a gap, at the end of the movement before it.
  get moment() {
    const view = this.views.findLast((one) => this.desk.seconds >= one.start);
    const inside = Math.min(this.desk.seconds - view.start, view.length);
    return { movement: view.slug, at: Math.floor(1000 * inside) / 1000 };
  }

  add(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text) return;
    this.fresh.push({ ...this.moment, text });
    this.input.value = "";
    this.change();
  }

  change() {
    this.remember();
    this.list();
  }

  list() {
    const items = [
      ...this.saved.map((note) => this.item(note)),
      ...this.fresh.map((note) => this.item(note, true)),
    ];
    this.find(".kept").replaceChildren(...items);
    this.find(".unsaved").hidden = !this.fresh.length;
    this.find("pre").textContent = this.text;
    const link = this.find(".download");
    link.download = this.section.dataset.path.split("/").at(-1);
    link.href = `data:text/yaml;charset=utf-8,${encodeURIComponent(this.text)}`;
    for (const view of this.views) this.mark(view);
  }

  item(note, isFresh = false) {
    const view = this.views.find((one) => one.slug === note.movement);
    const item = element("li");
    const time = `${view.title} ${clockText(note.at, 1)}`;
    item.append(
      buttonOf(time, "cue", () => this.desk.play(view.start + note.at)),
      element("span", note.text, "what"));
    if (isFresh)
      item.append(element("span", "not saved", "quiet"), buttonOf("remove", "small", () => {
        this.fresh.splice(this.fresh.indexOf(note), 1);
        this.change();
      }));
    return item;
  }

  mark(view) {
    const marks = [...this.saved, ...this.fresh]
      .filter((note) => note.movement === view.slug)
      .map((note) => {
        const mark = element("span", "", "note-line");
        mark.style.left = `${(100 * note.at) / view.length}%`;
        mark.title = note.text;
        mark.setAttribute("aria-hidden", true);
        return mark;
      });
    for (const old of view.section.querySelectorAll(".note-line")) old.remove();
    view.find(".plate").append(...marks);
  }

  showMoment() {
    const { movement, at } = this.moment;
    const view = this.views.find((one) => one.slug === movement);
    this.find(".moment").textContent = `${view.title} ${clockText(at, 1)}`;
  }
}
