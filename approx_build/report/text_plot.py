"""A curve as rows of text, for the terminal."""

from __future__ import annotations

from approx_build.training.ledger.curve_analysis import Curve, value_at
from approx_build.units import signed, spaced

_EIGHTHS = " ▁▂▃▄▅▆▇█"


def plot(curve: Curve, width: int = 64, height: int = 6) -> list[str]:
    """Rows from the top down: the loss up the side, the steps below; none without two points."""
    if len(curve) < 2 or curve[-1][0] <= curve[0][0]:
        return []
    first, last = curve[0][0], curve[-1][0]
    places = [first + (last - first) * column / (width - 1) for column in range(width)]
    # Rounding may put the last place behind the end of the curve.
    values = [value_at(curve, min(place, last)) or 0.0 for place in places]
    low, high = min(values), max(values)
    # The lowest value keeps an eighth, so that there is a line to follow.
    eighths = [1 + round((8 * height - 1) * (v - low) / ((high - low) or 1)) for v in values]
    rows = [
        "".join(_EIGHTHS[max(0, min(8, count - 8 * row))] for count in eighths).rstrip()
        for row in reversed(range(height))
    ]
    return _framed(rows, signed(high), signed(low), spaced(first), f"step {spaced(last)}", width)


def _framed(rows: list[str], top: str, bottom: str, left: str, right: str, width: int) -> list[str]:
    side = max(len(top), len(bottom))
    labels = [top, *[""] * (len(rows) - 2), bottom]
    framed = [f"{label:>{side}} │{row}" for label, row in zip(labels, rows, strict=True)]
    return [*framed, f"{'':>{side}}  {left} {right:>{width - len(left) - 1}}"]
