"""Streams: the samples of a sound as style sheets, which a page on a disk can read.

From `file://`, a page may neither fetch a file nor get at the samples of an `<audio>` element, but
it may load style sheets beside it and read their custom properties. A sheet contains the 24-bit
samples of a few seconds, interleaved and little-endian, as a string of one character per byte:
byte + 42, and `=` with code + 64 for characters that a CSS string cannot contain (like yEnc).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

VERSION = 1
"""Raised when equal sounds would give other sheets."""
_BYTES = 1_044_480
"""Of a sheet, before escapes: browsers limit a custom property to 2^21 characters."""
_WIDTH = 3
_SHIFT, _ESCAPE, _ESCAPED_BY = 42, b"=", 64
_SHIFTED = bytes((byte + _SHIFT) % 256 for byte in range(256))
# `=` first, because the others become sequences that contain it.
_CRITICAL = b'=\x00\n\x0c\r"\\'
# This encoding maps each byte above 127 to one character whose lower 8 bits are the byte.
_HEAD, _TAIL = b'@charset "x-user-defined";\n#sound{--pcm:"', b'"}\n'


def master_stream(movement: str) -> str:
    """The folder of the sheets of a movement's master, relative to the page."""
    return f"streams/{movement}/master"


def stem_stream(movement: str, part: str) -> str:
    """The folder of the sheets of a stem, relative to the page."""
    return f"streams/{movement}/stems/{part}"


def sheet_samples(channels: int) -> int:
    """Samples per channel in a sheet; the last one of a sound has fewer."""
    return _BYTES // (_WIDTH * channels)


def sheet(samples: NDArray[np.int32]) -> bytes:
    """The sheet of 24-bit samples [C, T]; one of silence has an empty string."""
    if not samples.any():
        return _HEAD + _TAIL
    words = np.ascontiguousarray(samples.T, "<i4").view(np.uint8).reshape(-1, 4)
    text = words[:, :_WIDTH].tobytes().translate(_SHIFTED)
    for byte in _CRITICAL:
        text = text.replace(bytes([byte]), _ESCAPE + bytes([(byte + _ESCAPED_BY) % 256]))
    return _HEAD + text + _TAIL
