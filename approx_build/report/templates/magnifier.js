// The magnifier: waveform and spectrogram of the part of a movement in view, from its samples.
const MOST_SHEETS = 3;
const IDLE_MS = 150;
const ROWS = 320;
const SLICE_MS = 12;

// In place, of a power of two points: radix 2, decimation in time.
const transform = (real, imaginary, cosines, sines) => {
  const size = real.length;
  for (let place = 1, other = 0; place < size; place++) {
    let bit = size >> 1;
    for (; other & bit; bit >>= 1) other ^= bit;
    other ^= bit;
    if (place < other) {
      [real[place], real[other]] = [real[other], real[place]];
      [imaginary[place], imaginary[other]] = [imaginary[other], imaginary[place]];
    }
  }
  for (let half = 1; half < size; half *= 2)
    for (let start = 0; start < size; start += 2 * half)
      for (let k = 0, turn = 0; k < half; k++, turn += size / half / 2) {
        const [a, b] = [start + k, start + k + half];
        const re = real[b] * cosines[turn] + imaginary[b] * sines[turn];
        const im = imaginary[b] * cosines[turn] - real[b] * sines[turn];
        [real[b], imaginary[b]] = [real[a] - re, imaginary[a] - im];
        [real[a], imaginary[a]] = [real[a] + re, imaginary[a] + im];
      }
};

// Powers of the bins of one frame, the mean of its channels; a sine of amplitude 1 has power 1.
class Analysis {
  constructor(size) {
    const turns = Float64Array.from({ length: size }, (_, n) => (2 * Math.PI * n) / size);
    this.size = size;
    this.cosines = turns.map(Math.cos);
    this.sines = turns.map(Math.sin);
    this.window = this.cosines.map((cosine) => ((0.5 - 0.5 * cosine) * 4) / size);
    this.real = new Float64Array(size);
    this.imaginary = new Float64Array(size);
  }

  powers(data, middle) {
    const { size, real, imaginary, window } = this;
    const found = new Float64Array(size / 2 + 1);
    // Two channels are one complex signal, whose bins k and -k have the powers of both.
    for (let channel = 0; channel < data.length; channel += 2) {
      const [left, right] = [data[channel], data[channel + 1]];
      for (let n = 0, at = middle - size / 2; n < size; n++, at++) {
        real[n] = (left[at] ?? 0) * window[n];
        imaginary[n] = right ? (right[at] ?? 0) * window[n] : 0;
      }
      transform(real, imaginary, this.cosines, this.sines);
      for (let k = 0; k < found.length; k++) {
        const other = (size - k) % size;
        const both = real[k] ** 2 + imaginary[k] ** 2 + real[other] ** 2 + imaginary[other] ** 2;
        found[k] += both / 2 / data.length;
      }
    }
    return found;
  }
}

class Magnifier {
  constructor(view, movement, desk) {
    const { samples, master } = movement;
    const { channels, sheetSamples } = desk.layout;
    Object.assign(this, { view, samples, rate: desk.rate });
    // Its own, because the sheets that are played must not push out the ones in view.
    this.stream = new Stream(master.stream.folder, samples, channels, sheetSamples);
    this.plate = view.find(".plate");
    this.drawing = 0;
    this.canvases = [];
  }

  // Draws when the view has been still for a moment.
  wait() {
    clearTimeout(this.timer);
    const number = ++this.drawing;
    if (this.view.zoom === 1) return this.show();
    this.timer = setTimeout(() => this.draw(number).catch(() => this.show()), IDLE_MS);
  }

  show(...canvases) {
    for (const canvas of this.canvases) canvas.remove();
    this.canvases = canvases;
  }

  async draw(number) {
    const { scroller, zoom } = this.view;
    const from = Math.floor((scroller.scrollLeft / scroller.scrollWidth) * this.samples);
    const to = Math.min(this.samples, from + Math.ceil(this.samples / zoom));
    const { sheetSamples } = this.stream;
    const [first, last] = [from, to - 1].map((at) => Math.floor(at / sheetSamples));
    if (last - first >= MOST_SHEETS) return this.show();
    const start = first * sheetSamples;
    const data = await this.read(first, last);
    const columns = Math.min(scroller.clientWidth, to - from);
    const [wave, picture] = [this.canvas(from, to, columns, 120), this.canvas(from, to, columns, ROWS)];
    this.drawWave(wave, data, from - start, to - start);
    const isDone = await this.drawPicture(picture, data, from - start, to - start, number);
    if (!isDone) return;
    this.show(wave, picture);
    wave.className = "wave-detail";
    this.view.find(".roll").append(wave);
    this.plate.querySelector("img").after(picture);
  }

  async read(first, last) {
    const numbers = Array.from({ length: last - first + 1 }, (_, place) => first + place);
    const sheets = await Promise.all(numbers.map((number) => this.stream.sheet(number)));
    const { sheetSamples, channels } = this.stream;
    const size = Math.min(this.samples - first * sheetSamples, sheets.length * sheetSamples);
    const data = Array.from({ length: channels }, () => new Float32Array(size));
    sheets.forEach((sheet, place) => sheet?.forEach((samples, channel) =>
      data[channel].set(samples, place * sheetSamples)));
    return data;
  }

  canvas(from, to, width, height) {
    const canvas = Object.assign(element("canvas"), { width, height });
    canvas.setAttribute("aria-hidden", true);
    canvas.style.left = `${(100 * from) / this.samples}%`;
    canvas.style.width = `${(100 * (to - from)) / this.samples}%`;
    return canvas;
  }

  drawWave(canvas, data, from, to) {
    const pen = canvas.getContext("2d");
    const loudest = Number(this.plate.dataset.peak);
    const { height, width } = canvas;
    pen.fillStyle = getComputedStyle(this.plate).getPropertyValue("--accent");
    for (let x = 0; x < width; x++) {
      const first = from + Math.floor((x * (to - from)) / width);
      // With the next sample, so that neighbouring columns meet.
      const last = from + Math.floor(((x + 1) * (to - from)) / width) + 1;
      let [low, high] = [Infinity, -Infinity];
      for (const samples of data)
        for (let at = first; at < Math.min(last, samples.length); at++) {
          if (samples[at] < low) low = samples[at];
          if (samples[at] > high) high = samples[at];
        }
      const [top, bottom] = [high, low].map((one) => (height / 2) * (1 - one / loudest));
      pen.fillRect(x, top, 1, Math.max(1, bottom - top));
    }
  }

  async drawPicture(canvas, data, from, to, number) {
    const { width } = canvas;
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(width, ROWS);
    const wanted = 2 ** Math.round(Math.log2((64 * (to - from)) / width));
    const analysis = new Analysis(Math.min(4096, Math.max(1024, wanted)));
    const colours = palette(this.view.find(".scale i"));
    let paused = performance.now();
    for (let x = 0; x < width; x++) {
      const middle = from + Math.round(((x + 0.5) * (to - from)) / width);
      this.column(image, x, analysis.powers(data, middle), colours);
      if (performance.now() - paused < SLICE_MS) continue;
      await new Promise((wake) => setTimeout(wake));
      if (number !== this.drawing) return false;
      paused = performance.now();
    }
    pen.putImageData(image, 0, 0);
    return true;
  }

  column(image, x, powers, colours) {
    const [low, high, floor, top] =
      ["low", "high", "floor", "top"].map((name) => Number(this.plate.dataset[name]));
    const bins = (2 * (powers.length - 1)) / this.rate;
    for (let row = 0; row < ROWS; row++) {
      const at = (share) => low * (high / low) ** share * bins;
      const [first, last] = [at(row / ROWS), at((row + 1) / ROWS)];
      const middle = Math.min(powers.length - 2, Math.floor((first + last) / 2));
      const part = (first + last) / 2 - middle;
      let power = powers[middle] * (1 - part) + powers[middle + 1] * part;
      for (let k = Math.ceil(first); k < last; k++) power = Math.max(power, powers[k] ?? 0);
      const share = (10 * Math.log10(power + 1e-20) - floor) / (top - floor);
      const colour = colours[Math.round(255 * Math.min(1, Math.max(0, share)))];
      image.data.set(colour, 4 * ((ROWS - 1 - row) * image.width + x));
    }
  }
}

// 256 colours of the scale beside the spectrogram.
const palette = (scale) => {
  const pen = Object.assign(element("canvas"), { width: 256, height: 1 }).getContext("2d");
  const gradient = pen.createLinearGradient(0, 0, 256, 0);
  const stops = getComputedStyle(scale).backgroundImage.match(/rgb\([^)]*\)/g);
  stops.forEach((stop, place) => gradient.addColorStop(place / (stops.length - 1), stop));
  pen.fillStyle = gradient;
  pen.fillRect(0, 0, 256, 1);
  const { data } = pen.getImageData(0, 0, 256, 1);
  return Array.from({ length: 256 }, (_, place) => data.subarray(4 * place, 4 * place + 4));
};
