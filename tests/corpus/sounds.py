"""Small corpora for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile as sf

RATE = 4000

CONSENT = """\
consent: 1
corpus: {corpus}
sound: sines, made by a test
agreed: everything
agreed_on: 2020-01-02
licence: CC0-1.0
scope: {{ models: null, pieces: null }}
valid_until: {until}
contact: the test
"""


def tone(freq_hz: float, length_s: float, rate: int = RATE, channels: int = 1) -> np.ndarray:
    """A sine at half scale [T, C]."""
    wave = 0.5 * np.sin(2 * np.pi * freq_hz * np.arange(round(length_s * rate)) / rate)
    return np.tile(wave[:, None], (1, channels))


def small_corpus(folder: Path, until: str = "null") -> Path:
    """A corpus of two tones with its consent."""
    folder.mkdir(parents=True)
    (folder / "consent.yaml").write_text(CONSENT.format(corpus=folder.name, until=until))
    sf.write(folder / "low.wav", tone(110, 1.0), RATE, subtype="PCM_16")
    sf.write(folder / "high.flac", tone(220, 1.0), RATE)
    return folder
