"""The spectrogram picture of three minutes of sound: ours beside librosa's specshow.

    python bench/spectrogram.py [--runs 5]

Both get the same samples in memory and give the bytes of a PNG of 1600 x 720 pixels with axes of
minutes and of logarithmic frequency and a scale of decibels, from windows of 4096 samples.
Runs alternate; the ratio is that of the medians. Imports are not counted.
"""

import argparse
import io
import statistics
import time

import librosa
import librosa.display
import numpy as np
from matplotlib import pyplot

from approx_build.audio.clip import Clip
from approx_build.figures.spectrogram import spectrogram_figure

RATE, LENGTH_S = 44100, 180


def sound() -> Clip:
    """Chords that come and go over a little noise [1, T]."""
    rng = np.random.default_rng(0)
    t = np.arange(RATE * LENGTH_S) / RATE
    data = rng.normal(0, 0.003, (1, t.size))
    for hz in rng.uniform(80, 4000, 24):
        swell = np.clip(np.sin(2 * np.pi * t * rng.uniform(0.01, 0.2) + rng.uniform(0, 6)), 0, 1)
        data += 0.03 * swell * np.sin(2 * np.pi * hz * t)
    return Clip(data.astype(np.float32), RATE)


def ours(clip: Clip) -> bytes:
    return spectrogram_figure(clip, "three minutes")


def theirs(clip: Clip) -> bytes:
    levels = np.abs(librosa.stft(clip.data[0], n_fft=4096, hop_length=1024))
    figure, axes = pyplot.subplots(figsize=(16, 7.2), dpi=100)
    image = librosa.display.specshow(
        librosa.amplitude_to_db(levels, ref=np.max),
        sr=RATE,
        n_fft=4096,
        hop_length=1024,
        x_axis="time",
        y_axis="log",
        ax=axes,
    )
    figure.colorbar(image, ax=axes)
    axes.set_title("three minutes")
    file = io.BytesIO()
    figure.savefig(file, format="png")
    pyplot.close(figure)
    return file.getvalue()


def seconds(draw, clip: Clip) -> float:
    start = time.perf_counter()
    draw(clip)
    return time.perf_counter() - start


def told(name: str, times: list[float]) -> float:
    middle = statistics.median(times)
    print(f"{name:<18} {middle:7.2f} s   ({min(times):.2f} to {max(times):.2f}, {len(times)} runs)")
    return middle


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    clip = sound()
    for draw in (ours, theirs):
        draw(clip.cut(0, RATE))
    pairs = [(seconds(ours, clip), seconds(theirs, clip)) for _ in range(runs)]
    our, their = (list(times) for times in zip(*pairs, strict=True))
    ratio = told("librosa specshow", their) / told("approx-build", our)
    ratios = [b / a for a, b in pairs]
    print(f"ratio of medians   {ratio:7.1f} x   ({min(ratios):.1f} to {max(ratios):.1f} by pair)")


if __name__ == "__main__":
    main()
