"""Units: durations, numbers and sizes as text for people."""

from __future__ import annotations


def clock(seconds: float, digits: int = 3) -> str:
    """`seconds` as m:ss with `digits` decimals: 43.21 is "0:43.210"."""
    sign = "-" if seconds < 0 else ""
    # Rounded before it is divided: 59.9996 s would otherwise read 0:60.000.
    units = round(abs(seconds) * 10**digits)
    minutes, rest = divmod(units, 60 * 10**digits)
    whole, part = divmod(rest, 10**digits)
    return f"{sign}{minutes}:{whole:02d}" + (f".{part:0{digits}d}" if digits else "")


def counted(count: int, noun: str) -> str:
    """1 file, 2 files."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """Seconds for people: 8 s, 2 min 10 s, 3 h 05 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def signed(value: float) -> str:
    """A number to three digits, with a true minus sign."""
    # A zero has no sign for people.
    return f"{value or 0.0:.3g}".replace("-", "−")


def spaced(value: float) -> str:
    """A whole number with spaces between thousands."""
    return f"{value:,.0f}".replace(",", " ")


def size(count: int) -> str:
    """Bytes in the unit that suits them: 340 kB, 12.5 MB, 3.1 GB."""
    for least, unit in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= least:
            return f"{count / least:.3g} {unit}"
    return f"{count} B"
