"""Duplicates in words, and what files are recognised by, unreadable ones left out."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path

from approx_build.corpus.duplicates import Duplicate, Identity, identity
from approx_build.errors import AudioError
from approx_build.files.opening import open_regular
from approx_build.units import clock


def known(paths: Mapping[str, Path]) -> dict[str, Identity]:
    """What each file that can be read is recognised by, under its name here."""
    found = {}
    for name, path in paths.items():
        try:
            with open_regular(path) as file:
                digest = file_digest(file, "sha256").hexdigest()
            found[name] = identity(path, digest)
        except (AudioError, OSError):
            continue
    return found


def described(one: Duplicate) -> str:
    """A duplicate in one line."""
    if one.match is None:
        return f"{one.first} and {one.second}: {one.similarity.value}"
    start_s = one.match.start_s
    first, second = (one.first, one.second) if start_s >= 0 else (one.second, one.first)
    return (
        f"{first} and {second}: {one.similarity.value} by their spectra (correlation "
        f"{one.match.correlation:.2f}, the second begins at {clock(abs(start_s), 1)} of the first)"
    )
