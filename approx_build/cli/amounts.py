"""Ages and sizes as people write them: 30d, 12h; 20GB, 500MB."""

from __future__ import annotations

import re

from approx_build.errors import UsageError

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
BYTES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def age_s(text: str) -> float:
    """An age in seconds; UsageError when it is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", text.strip().lower())
    if text.strip() == "0":
        return 0.0
    if not found:
        raise UsageError(f"--older-than {text}: write an age such as 30d, 12h, 2w or 0")
    return float(found[1]) * SECONDS[found[2]]


def size_of(text: str) -> int:
    """A size in bytes; UsageError when it is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", text.strip().lower())
    if not found or (found[3] and not found[2]):
        raise UsageError(f"--keep-size {text}: write a size such as 20GB, 500MB or 0")
    if found[3]:
        return round(float(found[1]) * 1024.0 ** (1 + "kmgt".index(found[2])))
    return round(float(found[1]) * BYTES[found[2]])
