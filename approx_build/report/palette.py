"""The colours of levels: from night through violet and ember to paper.

Lightness rises steadily, so the pictures read in grey and for colour-blind eyes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GROUND = "#0c0c12"
"""What silence looks like."""
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
