"""The pinned hashes of the known answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).parents[2] / "golden" / "known_answers.json"


def read() -> dict[str, str]:
    """The hash of every case."""
    found: dict[str, str] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def write(hashes: Mapping[str, str]) -> None:
    """Write the hash of every case, a line each."""
    FILE.write_text(f"{json.dumps(dict(hashes), indent=1)}\n", encoding="utf-8")
