"""Names of exported files: safe on Windows, on a Mac and in a zip, and different for everybody.

A name has lower-case ASCII letters, digits, `-`, `_` and `.` only, is no device of Windows, and is
short enough for every disk. Two names that differ in letters that were left out get numbers.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 80
"""Characters of a name without its suffix."""
DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"}
DEVICES |= {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
"""Names that Windows gives to devices, with any suffix."""


def safe(text: str, otherwise: str = "unnamed") -> str:
    """A text as a name without suffix; `otherwise` when no letter or digit is left."""
    # Decomposed, so that `é` becomes an `e` and an accent, which is left out.
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    name = re.sub(r"[^a-z0-9_]+", "-", letters).strip("-")[:LONGEST].rstrip("-") or otherwise
    return f"{name}_" if name in DEVICES else name


def is_safe(path: str) -> bool:
    """Whether every part of a relative path with `/` is a safe name, perhaps with suffixes."""
    parts = path.split("/")
    return all(
        re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", part)
        and not part.endswith(".")
        and part.split(".")[0].lower() not in DEVICES
        for part in parts
    )


class Names:
    """Safe names that no other text of the same folder has."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def of(self, text: str, otherwise: str = "unnamed") -> str:
        """The name of a text, always the same for the same text."""
        first = safe(text, otherwise)
        name, number = first, 1
        while self._texts.setdefault(name, text) != text:
            number += 1
            name = f"{first}-{number}"
        return name
