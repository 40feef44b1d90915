"""The angle of a point, with the same bits on every processor.

An approximate angle is corrected twice by its error: sin(φ - ψ) = sin φ cos ψ - cos φ sin ψ, and δ
= s + s³ / 6 for the small sine s. Error: about two units in the last place.
"""

from __future__ import annotations

from math import sqrt

from approx_build.numerics import portable

_HALF_PI = portable.PI / 2


def angle(x: float, y: float) -> float:
    """The angle of the point (x, y) from the x axis, radians from 0 to π / 2.

    Both coordinates are 0 or more and not both 0; ValueError otherwise.
    """
    if not (x >= 0 and y >= 0 and 0 < x + y < float("inf")):
        raise ValueError(f"({x}, {y}) is no point of the first quarter")
    # Divided by the larger, so that no square overflows or vanishes.
    scale = max(x, y)
    across, up = x / scale, y / scale
    length = sqrt(across * across + up * up)
    across, up = across / length, up / length
    turned = up / (across + up) * _HALF_PI
    # The approximate angle is wrong by 0.08 at most: one correction leaves less than 1e-6, two only
    # rounding.
    for _ in range(2):
        missing = up * float(portable.cos(turned)) - across * float(portable.sin(turned))
        turned += missing + missing * missing * missing / 6.0
    return turned
