"""Moments as a musician reads them: minutes and seconds.

Off the path of a sample: it writes moments for people.
"""

from __future__ import annotations


def clock(seconds: float, digits: int = 3) -> str:
    """`seconds` as m:ss with `digits` decimals: 43.21 is "0:43.210"."""
    sign = "-" if seconds < 0 else ""
    units = round(abs(seconds) * 10**digits)
    minutes, rest = divmod(units, 60 * 10**digits)
    whole, part = divmod(rest, 10**digits)
    return f"{sign}{minutes}:{whole:02d}" + (f".{part:0{digits}d}" if digits else "")
