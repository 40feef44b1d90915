"""PNG pictures, written without date or program name.

PNG (W3C Recommendation, third edition), without line filters: drawn surfaces and palettes
compress better as they are. Equal pixels give equal bytes under one version of zlib.
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
