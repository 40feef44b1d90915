"""Thumbnails: the waveform and the spectrogram of one sound, small enough for a page."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.mix import Source
from approx_build.audio.spectrogram import Spectrogram, spectrogram, waveform
from approx_build.figures.png import colours, indexed_png

SPAN_DB = 80.0
"""Range of levels from the brightest colour down to the background, dB."""
_COLOURS = 64
_WAVE_STEPS = 100


@dataclass(frozen=True, slots=True)
class Sketch:
    """The pictures of one sound and their scales.

    `wave` contains the lowest and highest sample of each column in hundredths of full scale.
    """

    length_s: float
    low_hz: float
    high_hz: float
    top_db: float
    wave: tuple[tuple[int, ...], tuple[int, ...]]
    png: bytes

    @property
    def floor_db(self) -> float:
        """The level that is drawn as the background."""
        return self.top_db - SPAN_DB

    def dump(self) -> bytes:
        """The thumbnail as JSON; equal thumbnails give equal bytes."""
        return json.dumps(self.as_json(), separators=(",", ":")).encode()

    def as_json(self) -> dict[str, Any]:
        """The thumbnail as plain values."""
        return {
            "length_s": self.length_s,
            "low_hz": self.low_hz,
            "high_hz": self.high_hz,
            "top_db": self.top_db,
            "wave": self.wave,
            "png": b64encode(self.png).decode(),
        }

    @classmethod
    def load(cls, data: bytes) -> Sketch:
        """A thumbnail from the result of `dump`."""
        return cls.of_json(json.loads(data))

    @classmethod
    def of_json(cls, fields: Mapping[str, Any]) -> Sketch:
        """A thumbnail from the result of `as_json`."""
        low, high = fields["wave"]
        png = b64decode(fields["png"])
        return cls(**{**fields, "wave": (tuple(low), tuple(high)), "png": png})


def sketch(
    source: Source, columns: int = 1400, rows: int = 320, top_db: float | None = None
) -> Sketch:
    """Draw a sound; `top_db` is the brightest level (default: the loudest, rounded up to 5)."""
    seen = spectrogram(source, columns, rows)
    return _drawn(source, seen, columns, top_level(seen) if top_db is None else top_db)


def sketches(sources: Sequence[Source], columns: int, rows: int) -> list[Sketch]:
    """Draw sounds on one scale of levels, up to that of the loudest."""
    seen = [spectrogram(source, columns, rows) for source in sources]
    top = max(map(top_level, seen), default=0.0)
    pairs = zip(sources, seen, strict=True)
    return [_drawn(source, one, columns, top) for source, one in pairs]


def _drawn(source: Source, seen: Spectrogram, columns: int, top: float) -> Sketch:
    # Whole hundredths keep the JSON small and its bytes stable.
    wave = np.rint(waveform(source, columns) * _WAVE_STEPS).astype(int)
    return Sketch(
        seen.length_s,
        seen.low_hz,
        seen.high_hz,
        top,
        (tuple(wave[0].tolist()), tuple(wave[1].tolist())),
        indexed_png(_indices(seen, top), colours(_COLOURS)),
    )


def top_level(seen: Spectrogram) -> float:
    """The loudest level rounded up to 5 dB, from -60 to 0."""
    return float(min(0, max(-60, 5 * ceil(float(seen.levels.max()) / 5))))


def _indices(seen: Spectrogram, top_db: float) -> NDArray[np.uint8]:
    """Levels as palette indices, highest row first."""
    share = np.clip((seen.levels[::-1] - (top_db - SPAN_DB)) * np.float32(1 / SPAN_DB), 0, 1)
    return np.asarray(np.rint(share * (_COLOURS - 1)), np.uint8)


COLUMNS, ROWS, TOP_DB = 300, 140, -15.0
"""One scale of levels for all pictures, so that a soft take looks soft."""
