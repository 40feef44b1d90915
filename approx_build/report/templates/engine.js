// The engine: plays the streams of a piece on one timeline. Positions are samples of the piece.
const AHEAD_S = 3;
const FADE_S = 0.005;
// From a call to the first sample, and the least from scheduling a later stretch to its start.
const FIRST_S = 0.03;
const NEXT_S = 0.005;
const gainOf = (db) => (db <= -60 ? 0 : 10 ** (db / 20));

class Track {
  constructor(stream, bus) {
    this.stream = stream;
    this.gain = bus.context.createGain();
    this.gain.connect(bus);
  }

  play(data, frame, offset, count, rate, nodes) {
    if (!data) return;
    const { context } = this.gain;
    const buffer = context.createBuffer(data.length, data[0].length, rate);
    data.forEach((samples, channel) => buffer.copyToChannel(samples, channel));
    const node = context.createBufferSource();
    node.buffer = buffer;
    node.connect(this.gain);
    node.onended = () => { node.disconnect(); nodes.delete(node); };
    nodes.add(node);
    node.start(frame / rate, offset / rate, count / rate);
  }
}

// One run of the transport: what is scheduled between a start and a stop.
class Session {
  constructor(engine, position) {
    this.engine = engine;
    this.cursor = position;
    this.frame = null;
    this.spans = [];
    this.nodes = new Set();
    this.isStopped = false;
  }

  get now() { return this.engine.context.currentTime * this.engine.rate; }

  async run(aheadS = AHEAD_S) {
    while (!this.isStopped) {
      if (this.frame !== null && this.frame - this.now > aheadS * this.engine.rate) {
        await new Promise((wake) => setTimeout(wake, 100));
        continue;
      }
      const span = this.engine.spanAt(this.cursor);
      if (!span) return;
      // A short stretch would be over before the sheets after it are read.
      const after = this.frame === null && span.count < this.engine.rate;
      if (after) await this.read(this.engine.spanAt(span.next));
      const sheets = await this.read(span);
      if (!this.isStopped) this.schedule(span, sheets);
    }
  }

  read(span) {
    const tracks = span?.movement?.tracks ?? [];
    return Promise.all(tracks.map((track) => track.stream.sheet(span.sheet)));
  }

  // All tracks of a span start at one frame, so they cannot drift apart.
  schedule(span, sheets) {
    const { engine } = this;
    const tracks = span.movement?.tracks ?? [];
    const delay = this.frame === null ? FIRST_S : NEXT_S;
    const soonest = engine.isOffline ? 0 : Math.ceil(this.now + delay * engine.rate);
    this.frame = Math.max(this.frame ?? 0, soonest);
    tracks.forEach((track, place) =>
      track.play(sheets[place], this.frame, span.offset, span.count, engine.rate, this.nodes));
    this.spans.push({ frame: this.frame, position: this.cursor, count: span.count });
    while (this.spans.length > 1 && this.spans[1].frame < this.now - engine.rate) this.spans.shift();
    this.frame += span.count;
    this.cursor = span.next;
  }

  // The position at this moment; null before the first sample.
  get position() {
    const span = this.spans.findLast((one) => one.frame <= this.now);
    return span ? span.position + Math.min(span.count, this.now - span.frame) : null;
  }

  get isOver() {
    const last = this.spans.at(-1);
    return Boolean(last) && !this.engine.spanAt(this.cursor) && this.now >= last.frame + last.count;
  }

  stop(when) {
    this.isStopped = true;
    for (const node of this.nodes) node.stop(when);
  }
}

class Engine {
  // `movements`: { start, samples, master: folder, stems: [folder] }, in samples of the piece.
  constructor(layout, context) {
    Object.assign(this, { rate: layout.rate, sheetSamples: layout.sheetSamples, context });
    this.isOffline = context instanceof OfflineAudioContext;
    this.session = null;
    this.loop = null;
    this.volume = this.node(context.destination, 1);
    this.gate = this.node(this.volume, this.isOffline ? 1 : 0);
    this.buses = { mix: this.node(this.gate, 0), master: this.node(this.gate, 1) };
    this.movements = layout.movements.map((movement) => this.withTracks(movement, layout.channels));
    this.length = Math.max(0, ...this.movements.map((one) => one.start + one.samples));
  }

  node(target, value) {
    const node = this.context.createGain();
    node.gain.value = value;
    node.connect(target);
    return node;
  }

  withTracks(movement, channels) {
    const track = (folder, bus) =>
      new Track(new Stream(folder, movement.samples, channels, this.sheetSamples), bus);
    const stems = movement.stems.map((folder) => track(folder, this.buses.mix));
    const master = track(movement.master, this.buses.master);
    return { ...movement, stems, master, tracks: [master, ...stems] };
  }

  // The next stretch that lies in one sheet or one gap, and where to go on after it.
  spanAt(position) {
    const { loop } = this;
    const last = loop && position < loop.end ? loop.end : this.length;
    if (position >= last) return null;
    const next = (end) => (loop && end === loop.end ? loop.start : end);
    const movement = this.movements.find((one) => position < one.start + one.samples);
    if (position < movement.start) {
      const end = Math.min(last, movement.start);
      return { count: end - position, next: next(end) };
    }
    const inside = position - movement.start;
    const sheet = Math.floor(inside / this.sheetSamples);
    const offset = inside - sheet * this.sheetSamples;
    const end = Math.min(
      last, movement.start + movement.samples, movement.start + (sheet + 1) * this.sheetSamples);
    return { movement, sheet, offset, count: end - position, next: next(end) };
  }

  start(position) {
    this.stop();
    this.context.resume();
    this.session = new Session(this, Math.round(position));
    // After the last sound of the session before, and before the first of this one.
    this.ramp(this.gate.gain, 1, 5 * FADE_S);
    return this.session;
  }

  stop() {
    if (!this.session) return;
    this.ramp(this.gate.gain, 0);
    this.session.stop(this.context.currentTime + 4 * FADE_S);
    this.session = null;
  }

  ramp(param, value, delayS = 0) {
    param.setTargetAtTime(value, this.context.currentTime + delayS, FADE_S / 3);
  }

  listenTo(name) {
    for (const [key, bus] of Object.entries(this.buses)) this.ramp(bus.gain, Number(key === name));
  }
}
