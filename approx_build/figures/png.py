"""PNG pictures, written without date or program name.

PNG (W3C Recommendation, third edition), without line filters: areas and palettes compress better
without. Equal pixels give equal bytes with one version of zlib.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray


def indexed_png(pixels: NDArray[np.uint8], palette: NDArray[np.uint8]) -> bytes:
    """A PNG of palette indices [rows, columns], top row first, and colours [N, 3]."""
    return _png(pixels, 3, _chunk(b"PLTE", palette.tobytes()), 9)


def colour_png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of colours [rows, columns, 3], top row first."""
    return _png(pixels, 2, b"", 3)


def _png(pixels: NDArray[np.uint8], kind: int, palette: bytes, effort: int) -> bytes:
    height, width = pixels.shape[:2]
    # Every line begins with the number of its filter: 0 for none.
    lines = np.pad(pixels.reshape(height, -1), ((0, 0), (1, 0)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)),
            palette,
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), effort)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


GROUND = "#0c0c12"
"""The colour of silence."""
INK = "#e9e4da"
QUIET_INK = "#9a958c"
ACCENT = "#e58a57"

_STOPS = ("#0c0c12", "#1d1636", "#452060", "#7d2a6b", "#b83f5f", "#e1694d", "#f2a35e", "#fbe7c0")


def colours(count: int) -> NDArray[np.uint8]:
    """`count` colours from silence to full scale [count, 3]."""
    stops = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in _STOPS])
    place = np.linspace(0, len(_STOPS) - 1, count)
    channels = [np.interp(place, range(len(_STOPS)), stops[:, i]) for i in range(3)]
    return np.asarray(np.rint(np.stack(channels, axis=1)), np.uint8)


def gradient() -> str:
    """The same colours as a CSS gradient, from left to right."""
    return f"linear-gradient(to right, {', '.join(_STOPS)})"
