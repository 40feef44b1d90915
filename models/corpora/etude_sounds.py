"""Makes the recordings of the corpus etude, and the sound file of the étude, from sines and noise.

    python models/corpora/etude_sounds.py [PROJECT]

Each file has a rate, a number of channels and a format of its own, so that the étude reads all of
them. The sounds are made by the package's portable functions and random streams: a second run
writes the same bytes on every processor.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from approx_build.audio.clip import Clip
from approx_build.audio.wav_writer import write_float
from approx_build.numerics.portable import TAU, exp, sin
from approx_build.numerics.stream import Stream

Sound = NDArray[np.float64]

CORPUS = Path("models/corpora/etude")
STEAM = Path("pieces/etude/steam.wav")
STEAM_HZ = 16_000


def reed(rate: int) -> Sound:
    """Two notes of six partials, swelling, the second with vibrato [T]."""
    at = _times(rate, 0.9)
    low = sum(sin(TAU * 196.0 * n * at) / n for n in range(1, 7))
    wave = 293.7 * at + 0.4 * sin(TAU * 5.5 * at)
    high = sum(sin(TAU * n * wave) / n for n in range(1, 7))
    swell = sin(np.minimum(at / 0.9, 1.0) * (TAU / 2))
    return 0.28 * np.concatenate((low * swell, high * swell))


def bell(rate: int) -> Sound:
    """Five partials that are not harmonic, each at its own place, ringing down [T, 2]."""
    at = _times(rate, 0.8)
    sound = np.zeros((at.size, 2))
    for place, (ratio, decay) in enumerate([(1, 3), (2.76, 5), (5.4, 8), (8.93, 12), (0.5, 2)]):
        partial = sin(TAU * 330.0 * ratio * at) * exp(-decay * at) / (1 + place)
        sound += np.outer(partial, (1 - place / 5, 0.4 + place / 8))
    return 0.4 * sound


def drum(rate: int) -> Sound:
    """Four strokes: a falling sine and a burst of noise each [T]."""
    at = _times(rate, 0.3)
    strokes = []
    for number in range(4):
        noise = Stream.named("etude", "drum", number).uniforms(at.size) - 0.5
        skin = sin(TAU * (70.0 + 15 * number) * (at + 0.05 * (1 - exp(-20.0 * at))))
        strokes.append(0.6 * skin * exp(-9.0 * at) + 0.7 * noise * exp(-60.0 * at))
    return np.concatenate(strokes)


def hum(rate: int) -> Sound:
    """A soft chord of three sines, beginning and ending in silence [T]."""
    at = _times(rate, 1.2)
    chord = sum(sin(TAU * frequency * at + n) for n, frequency in enumerate((110.0, 164.8, 277.2)))
    silence = np.zeros(rate // 8)
    return np.concatenate((silence, 0.15 * chord, silence))


def steam(rate: int) -> Sound:
    """Noise that opens to the right, under a rising tone [T, 2]."""
    at = _times(rate, 0.6)
    noise = Stream.named("etude", "steam").uniforms(2 * at.size).reshape(at.size, 2) - 0.5
    rising = sin(TAU * (400.0 * at + 900.0 * at * at))
    opening = np.stack((1 - at / 0.6, at / 0.6), axis=1)
    return 0.5 * noise * opening + 0.2 * rising[:, np.newaxis]


RECORDINGS: dict[str, tuple[Callable[[int], Sound], int, str]] = {
    "reed.flac": (reed, 44_100, "PCM_16"),
    "bell.flac": (bell, 48_000, "PCM_24"),
    "drum.aiff": (drum, 22_050, "PCM_16"),
    "hum.wav": (hum, 8_000, "PCM_16"),
}
"""File name -> what sounds, its rate in Hz, and how its samples are stored."""


def main(project: Path) -> None:
    """Write every file under `project`."""
    for name, (make, rate, subtype) in RECORDINGS.items():
        path = project / CORPUS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sf.write(path, _integers(make(rate), subtype), rate, subtype=subtype)
        print(path)
    path = project / STEAM
    path.parent.mkdir(parents=True, exist_ok=True)
    write_float(path, Clip(steam(STEAM_HZ).T.astype(np.float32), STEAM_HZ))
    print(path)


def _times(rate: int, length_s: float) -> Sound:
    return np.arange(round(rate * length_s)) / rate


def _integers(sound: Sound, subtype: str) -> NDArray[np.int32]:
    """Samples as libsndfile takes integers: at the top of 32 bits."""
    bits = int(subtype.removeprefix("PCM_"))
    codes = np.clip(np.rint(sound * 2.0 ** (bits - 1)), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return codes.astype(np.int32) << (32 - bits)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2])
