// Events: those in view as bars in lanes, all in lists, and everything about a chosen one.
const MOST_BARS = 600;
const BAR_GAP_PX = 2;
const ROWS_AROUND = 8;

const element = (name, text = "", className = "") => {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
};

const buttonOf = (text, className, press) => {
  const button = element("button", text, className);
  button.type = "button";
  button.addEventListener("click", (event) => { event.stopPropagation(); press(button); });
  return button;
};

// The bars of one part. Only those in view exist, and of many that meet in a pixel only one.
class Lanes {
  constructor(place, events, choose, describe) {
    Object.assign(this, { place, events, choose, describe, bars: new Map() });
    // Longest first, so that a search by onset can stop early.
    this.longest = Math.max(0, ...events.map((event) => event.length));
  }

  draw(from, to, length, pixelsPerSecond) {
    const bars = new Map();
    const edges = [];
    let at = this.firstFrom(from - this.longest);
    for (; at < this.events.length && bars.size < MOST_BARS; at++) {
      const event = this.events[at];
      if (event.at > to) break;
      if (event.at + event.length < from) continue;
      const x = event.at * pixelsPerSecond;
      if (x < (edges[event.lane] ?? -Infinity)) continue;
      edges[event.lane] = x + BAR_GAP_PX;
      bars.set(at, this.bars.get(at) ?? this.bar(event, length));
    }
    for (const [number, bar] of this.bars) if (!bars.has(number)) bar.remove();
    for (const [number, bar] of bars) if (!this.bars.has(number)) this.place.append(bar);
    this.bars = bars;
  }

  firstFrom(seconds) {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.events[middle].at < seconds) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  bar(event, length) {
    const bar = buttonOf("", "event", () => this.choose(event));
    const label = element("span", event.op);
    if (event.name) label.append(" ", element("i", event.name));
    bar.append(label);
    bar.title = event.line;
    bar.style.setProperty("--lane", event.lane);
    bar.style.left = `${(100 * event.at) / length}%`;
    bar.style.width = `${(100 * Math.min(event.length, length - event.at)) / length}%`;
    for (const name of ["focus", "pointerenter"])
      bar.addEventListener(name, () => this.describe(event));
    return bar;
  }
}

// The list of one part. Only the rows in view exist; empty rows above and below keep its height.
class List {
  constructor(place, events, choose) {
    Object.assign(this, { place, events, choose });
    this.body = place.querySelector("tbody");
    place.addEventListener("scroll", () => this.draw());
    place.closest("details").addEventListener("toggle", () => this.draw());
  }

  draw(isWhole = false) {
    if (!this.place.closest("details").open) return;
    const height = (this.body.querySelector("tr:not(.space)") ?? this.sample()).offsetHeight || 30;
    const seen = Math.ceil(this.place.clientHeight / height) + 2 * ROWS_AROUND;
    const above = Math.floor(this.place.scrollTop / height) - ROWS_AROUND;
    const first = isWhole ? 0 : Math.max(0, Math.min(above, this.events.length - seen));
    const last = isWhole ? this.events.length : Math.min(this.events.length, first + seen);
    if (this.first === first && this.last === last) return;
    Object.assign(this, { first, last });
    const rows = this.events.slice(first, last).map((event, place) => this.row(event, first + place));
    const below = this.events.length - last;
    this.body.replaceChildren(
      this.space(first * height), ...rows, this.space(below * height));
  }

  sample() {
    const row = this.row(this.events[0], 0);
    this.body.replaceChildren(row);
    return row;
  }

  space(height) {
    const row = element("tr", "", "space");
    row.style.height = `${height}px`;
    row.hidden = !height;
    return row;
  }

  row(event, number) {
    const row = element("tr");
    row.setAttribute("aria-rowindex", number + 2);
    const name = `${event.op} ${event.name}`.trim();
    const button = buttonOf(name, "link", () => this.choose(event));
    const how = event.rows.map(([key, value]) => `${key} ${value}`);
    const from = event.sources.length ? [`from ${event.sources.join(", ")}`] : [];
    const through = event.through.length ? [`through ${event.through.join(", then ")}`] : [];
    const cells = [clockText(event.at, 1), clockText(event.length, 1), "",
      [...from, ...how, ...through].join(" · ")].map((text) => element("td", text));
    cells[2].append(button);
    row.append(...cells);
    return row;
  }
}

// Everything about one event.
class Detail {
  constructor(place, origins, view) {
    Object.assign(this, { place, origins, view });
    this.consents = JSON.parse(document.querySelector(".transport > .data").textContent);
  }

  show(event) {
    const { place } = this;
    const name = `${event.op} ${event.name}`.trim();
    const span = `${clockText(event.at, 1)} to ${clockText(event.at + event.length, 1)}`;
    const text = element("pre", event.yaml);
    const told = element("span", "", "quiet");
    told.setAttribute("role", "status");
    const copied = () => { told.textContent = "copied"; };
    const start = this.view.start + event.at;
    const buttons = element("p", "", "buttons");
    buttons.append(
      buttonOf("play", "small", () => this.view.desk.play(start)),
      buttonOf("loop", "small", () => {
        this.view.desk.setLoop(start, start + event.length);
        this.view.desk.play(start);
      }),
      buttonOf("copy as YAML", "small", () => copy(event.yaml, text).then(copied)),
      buttonOf("close", "small", () => { place.hidden = true; }),
      told,
    );
    const heading = element("h3", name);
    heading.append(" ", element("span", span, "quiet time"));
    const rows = [
      ...event.rows,
      ["from", event.sources.join(", ")],
      ["takes", event.takes.join("; ")],
      ["through", event.through.join(", then ")],
      ["seed", event.seed],
      ["in the score", event.where],
    ];
    const columns = element("div", "", "columns");
    columns.append(this.table(rows.filter(([, value]) => value)), this.tree(event.origins));
    text.tabIndex = 0;
    place.replaceChildren(heading, buttons, columns, text);
    place.hidden = false;
  }

  table(rows) {
    const list = element("dl", "", "parameters");
    for (const [name, value] of rows) {
      const row = element("div");
      row.append(element("dt", name), element("dd", value));
      list.append(row);
    }
    return list;
  }

  tree(numbers) {
    const list = element("ul", "", "origins");
    for (const number of numbers) {
      const [kind, name, detail, consent, below] = this.origins[number];
      const item = element("li");
      item.append(element("span", kind, "kind"), ` ${name} `);
      if (detail) item.append(element("span", detail, "quiet"), " ");
      if (Object.hasOwn(this.consents, consent)) item.append(...this.consent(consent));
      if (below.length) item.append(this.tree(below));
      list.append(item);
    }
    return list;
  }

  consent(name) {
    const [id, ...people] = this.consents[name];
    const link = element("a", `consent: ${name}`);
    link.href = `#${id}`;
    return people.length ? [link, ` ${people.join("; ")}`] : [link];
  }
}

// From a disk some browsers refuse the clipboard; a selected text can be copied by hand.
const copy = async (text, shown) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    getSelection().selectAllChildren(shown);
    if (!document.execCommand("copy")) throw error;
  }
};

// All events of a movement.
class Events {
  constructor(section, view) {
    const { stems, origins } = JSON.parse(section.querySelector(".data").textContent);
    this.view = view;
    this.told = section.querySelector(".told");
    this.detail = new Detail(section.querySelector(".detail"), origins, view);
    const choose = (event) => this.choose(event);
    const describe = (event) => { this.told.textContent = event.line; };
    this.lanes = [...section.querySelectorAll(".stem")].flatMap((row, place) => {
      const lanes = row.querySelector(".lanes");
      return lanes ? [new Lanes(lanes, stems[place], choose, describe)] : [];
    });
    this.lists = [...section.querySelectorAll(".list")].map(
      (place) => new List(place, stems[place.dataset.place], choose));
  }

  choose(event) {
    this.told.textContent = event.line;
    this.detail.show(event);
    this.view.desk.play(this.view.start + event.at);
  }

  draw(from, to) {
    const { length, scroller } = this.view;
    for (const lanes of this.lanes)
      lanes.draw(from, to, length, scroller.scrollWidth / length);
  }
}
