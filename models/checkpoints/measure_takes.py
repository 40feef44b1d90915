"""Measures takes of a model's checkpoints against its corpus; prints one line each.

    python models/checkpoints/measure_takes.py models/accordionator.yaml [--folder DIR]
        [--steps 0,4600] [--temperatures 0.9,1.0] [--count 12] [--length-s 3] [--prime-s 0.5]

rms           root mean square of the samples
harmonicity   median over frames (2 048 samples, hop 1 024, silent ones left out) of the highest
              peak of the normalised autocorrelation between 70 and 700 Hz
lsd           log-spectral distance, dB: root mean square difference of the mean power spectra
              (1 024 points, hop 256), in dB, to that of the ends of the recordings
gated lsd     the same with the takes brought to the corpus' loudness: the colour alone
flux          root mean square change of the spectrum in dB from frame to frame: movement
silent        share of frames (50 ms) below -60 dBFS
pitches       different strongest partials, in semitones, a take, and in all takes together
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import stft

from approx_build.audio.mulaw import decode, encode
from approx_build.audio.stream import stream_key
from approx_build.corpus.consent import load_consent
from approx_build.corpus.recordings import hear, list_recordings
from approx_build.kernels.wavenet import ClipRequest, sample
from approx_build.training.checkpoint import file_name, read_checkpoint
from approx_build.training.model import ModelSpec, load_model

Sound = NDArray[np.float64]


def main() -> None:
    """Measure what the command line names."""
    asked = _arguments()
    model = load_model(asked.model)
    rate = model.network.rate
    folder = asked.folder or asked.model.parent / "checkpoints" / model.model
    home, today = asked.model.parent / "corpora" / model.corpus, date.today()
    withdrawn = load_consent(home, today, model.model).withdrawn_by(today)
    corpus = [
        hear(one, rate).samples.astype(np.float64) for one in list_recordings(home, withdrawn)
    ]
    size = round(asked.length_s * rate)
    ends = [recording[-6 * rate :] for recording in corpus]
    spectrum = mean_spectrum(ends)
    corpus_takes = [r[k * size : (k + 1) * size] for r in corpus for k in (2, 6)]
    print(line("corpus", corpus_takes, spectrum, rate))
    for step in asked.steps or model.kept_steps:
        for temperature in asked.temperatures:
            takes = drawn(model, folder, step, temperature, asked, corpus)
            print(line(f"step {step} T {temperature}", takes, spectrum, rate), flush=True)


def drawn(
    model: ModelSpec,
    folder: Path,
    step: int,
    temperature: float,
    asked: argparse.Namespace,
    corpus: list[Sound],
) -> list[Sound]:
    """Takes of one checkpoint; with a prime, from places spread over the recordings."""
    network = model.network
    weights = read_checkpoint(folder / file_name(step), network.tensor_shapes())
    requests = []
    for index in range(asked.count):
        prime, size = None, round(asked.prime_s * network.rate)
        if size:
            recording = corpus[(5 * index + 3) % len(corpus)]
            start = (4 + 2 * index) * network.rate % (len(recording) - size)
            prime = encode(recording[start : start + size], network.codes).astype(np.uint8)
        length = round(asked.length_s * network.rate)
        key = stream_key("measure", index)
        requests.append(ClipRequest(key, length, prime=prime, temperature=temperature))
    codes = sample(weights, network, requests)  # type: ignore[arg-type]
    return [decode(one, network.codes).astype(np.float64) for one in codes]


def line(name: str, takes: list[Sound], spectrum: Sound, rate: int) -> str:
    """The measures of some takes."""
    rms = float(np.sqrt(np.mean(np.concatenate(takes) ** 2)))
    found = mean_spectrum(takes)
    return (
        f"{name:16s} rms {rms:.3f}"
        f"  harmonicity {np.median([harmonicity(t, rate) for t in takes]):.3f}"
        f"  lsd {difference(found, spectrum):5.2f}"
        f"  gated lsd {difference(found - found.mean(), spectrum - spectrum.mean()):5.2f}"
        f"  flux {np.mean([flux(t) for t in takes]):.2f}"
        f"  silent {np.mean([silent(t, rate) for t in takes]):.2f}"
        f"  pitches {np.mean([len(pitches(t, rate)) for t in takes]):.1f}"
        f" / {len(set().union(*(pitches(t, rate) for t in takes)))}"
    )


def power(take: Sound, size: int, hop: int) -> Sound:
    """Power spectrogram [F, frames]."""
    return np.abs(stft(take, nperseg=size, noverlap=size - hop)[2]) ** 2


def mean_spectrum(takes: list[Sound]) -> Sound:
    """The mean power spectrum of all frames, dB [F]."""
    frames = np.concatenate([power(take, 1024, 256) for take in takes], axis=1)
    return np.asarray(10 * np.log10(frames.mean(axis=1) + 1e-12))


def difference(a: Sound, b: Sound) -> float:
    """Root mean square difference."""
    return float(np.sqrt(((a - b) ** 2).mean()))


def harmonicity(take: Sound, rate: int) -> float:
    """How periodic the sounding frames are, 0 to 1."""
    size, peaks = 2048, []
    window = np.hanning(size)
    window_curve = np.fft.irfft(np.abs(np.fft.rfft(window, 4 * size)) ** 2)
    for start in range(0, len(take) - size, size // 2):
        frame = take[start : start + size] - take[start : start + size].mean()
        if (frame**2).mean() < 1e-5:
            continue
        curve = np.fft.irfft(np.abs(np.fft.rfft(frame * window, 4 * size)) ** 2)
        curve = (curve / curve[0]) / (window_curve / window_curve[0] + 1e-9)
        peaks.append(curve[rate // 700 : rate // 70].max())
    return float(np.median(peaks)) if peaks else 0.0


def flux(take: Sound) -> float:
    """Change from frame to frame, dB."""
    spectrogram = 10 * np.log10(power(take, 1024, 256)[:, ::4] + 1e-8)
    return float(np.sqrt((np.diff(spectrogram, axis=1) ** 2).mean()))


def silent(take: Sound, rate: int) -> float:
    """Share of silent frames."""
    size = rate // 20
    frames = take[: len(take) // size * size].reshape(-1, size)
    return float((np.sqrt((frames**2).mean(axis=1)) < 1e-3).mean())


def pitches(take: Sound, rate: int) -> set[int]:
    """The strongest partials of sounding frames, in semitones from 440 Hz."""
    frames = np.sqrt(power(take, 2048, 1024))
    frequencies = np.fft.rfftfreq(2048, 1 / rate)
    strongest = frames.argmax(axis=0)[frames.max(axis=0) > 3e-3]
    heard = frequencies[strongest]
    return {round(12 * np.log2(f / 440)) for f in heard[heard > 80]}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure takes of a model's checkpoints.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--steps", type=lambda text: [int(s) for s in text.split(",")])
    parser.add_argument(
        "--temperatures", type=lambda text: [float(t) for t in text.split(",")], default=[1.0]
    )
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--length-s", type=float, default=3.0)
    parser.add_argument("--prime-s", type=float, default=0.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
