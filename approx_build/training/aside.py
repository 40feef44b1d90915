"""Setting aside: a damaged file gets another name beside its own, so that nothing is deleted."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

from approx_build.store.disk import plain_words, sync_folder

DAMAGED = ".damaged"
"""Ends the name of what was set aside, perhaps with a number."""


def set_aside(path: Path, name: str = "") -> Path:
    """Rename what is at `path`, a file or a folder, to `name` or its own name with an ending.

    Returns the new path. A rename in one folder needs no right to read what is renamed.
    StoreError when the disk refuses.
    """
    first = path.with_name(name or path.name + DAMAGED)
    others = (first.with_name(f"{first.name}-{number}") for number in count(2))
    other = first
    while os.path.lexists(other):
        other = next(others)
    with plain_words(path):
        os.rename(path, other)
        sync_folder(path.parent)
    return other
