// Streams: the samples of a sound, read from style sheets beside the page (report/stream.py).
const BYTES_PER_SAMPLE = 3;
const FULL_SCALE = 2 ** 23;

// A shadow tree of its own, so that sheets that load together do not see each other.
const readSheet = (url) => new Promise((resolve, reject) => {
  const host = document.createElement("div");
  const link = document.createElement("link");
  const place = document.createElement("i");
  host.hidden = true;
  link.rel = "stylesheet";
  link.href = url;
  place.id = "sound";
  link.onload = () => {
    const text = getComputedStyle(place).getPropertyValue("--pcm").trim();
    host.remove();
    if (text) resolve(text.slice(1, -1));
    else reject(new Error(url));
  };
  link.onerror = () => { host.remove(); reject(new Error(url)); };
  host.attachShadow({ mode: "open" }).append(link, place);
  document.body.append(host);
});

const decoded = (text) => {
  const bytes = new Uint8Array(text.length);
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    let code = text.charCodeAt(at);
    if (code === 61) code = text.charCodeAt(++at) - 64;
    bytes[count++] = code - 42;
  }
  return bytes.subarray(0, count);
};

const samplesOf = (bytes, channels) => {
  const frames = bytes.length / BYTES_PER_SAMPLE / channels;
  const data = Array.from({ length: channels }, () => new Float32Array(frames));
  for (let frame = 0, at = 0; frame < frames; frame++)
    for (let channel = 0; channel < channels; channel++, at += BYTES_PER_SAMPLE)
      data[channel][frame] =
        (((bytes[at] << 8) | (bytes[at + 1] << 16) | (bytes[at + 2] << 24)) >> 8) / FULL_SCALE;
  return data;
};

class Stream {
  constructor(folder, samples, channels, sheetSamples) {
    Object.assign(this, { folder, samples, channels, sheetSamples });
    this.sheets = new Map();
  }

  // Samples [channel][frame] of a sheet, or null if all are 0.
  sheet(number) {
    if (!this.sheets.has(number)) {
      // Few sheets stay in memory: a long piece has more sound than a browser has memory.
      if (this.sheets.size >= 4) this.sheets.delete(this.sheets.keys().next().value);
      const loading = this.load(number);
      loading.catch(() => this.sheets.delete(number));
      this.sheets.set(number, loading);
    }
    return this.sheets.get(number);
  }

  async load(number) {
    const url = `${this.folder}/${String(number).padStart(4, "0")}.css`;
    const bytes = decoded(await readSheet(url));
    if (!bytes.length) return null;
    const frames = Math.min(this.sheetSamples, this.samples - number * this.sheetSamples);
    if (bytes.length !== frames * this.channels * BYTES_PER_SAMPLE) throw new Error(url);
    return samplesOf(bytes, this.channels);
  }
}
