"""Harmonic extraction against librosa: speed as a ratio, and the largest difference.

    python bench/harmonic.py [--seconds 30] [--repeats 7]

Both work on the same mono clip at 44.1 kHz, one after the other in turn; the figures are medians
with their quartiles. Wants the `bench` extra.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import librosa
import numpy as np

from approx_build.audio.separation import Part, Separation

RATE = 44100
PARTS: dict[Part, Callable[..., np.ndarray]] = {
    "harmonic": librosa.effects.harmonic,
    "percussive": librosa.effects.percussive,
}


def music(seconds: float) -> np.ndarray:
    """Gliding partials with strokes of noise, full scale, float32 [T]."""
    rng = np.random.default_rng(0)
    length = int(seconds * RATE)
    at = np.arange(length) / RATE
    sound = 0.02 * rng.standard_normal(length)
    for partial in range(1, 9):
        sound += np.sin(2 * np.pi * partial * (220 + at) * at) / partial
    sound += 2 * rng.standard_normal(length) * np.exp(-(np.arange(length) % 11025) / 500)
    return (sound / np.abs(sound).max()).astype(np.float32)


def seconds_of(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def spread(values: list[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:7.3f} ({low:.3f} to {high:.3f})"


def compare(part: Part, sound: np.ndarray, repeats: int) -> None:
    theirs, ours = PARTS[part], Separation()
    difference = np.abs(theirs(sound) - ours.apply(sound, part)).max()
    times = [
        (seconds_of(lambda: theirs(sound)), seconds_of(lambda: ours.apply(sound, part)))
        for _ in range(repeats)
    ]
    print(part)
    print(f"  librosa       {spread([slow for slow, _ in times])} s")
    print(f"  approx-build  {spread([fast for _, fast in times])} s")
    print(f"  ratio         {spread([slow / fast for slow, fast in times])}   at least 6")
    print(f"  difference    {difference:.1e}   at most 1e-6")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the clip")
    parser.add_argument("--repeats", type=int, default=7, help="timed runs of each")
    options = parser.parse_args()
    print(f"{options.seconds:g} s mono at {RATE} Hz, {options.repeats} runs of each in turn")
    for part in PARTS:
        compare(part, music(options.seconds), options.repeats)


if __name__ == "__main__":
    main()
