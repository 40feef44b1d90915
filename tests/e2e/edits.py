"""A project to be edited, edits that show in no size and no time of change, and what comes out."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from hashlib import sha256
from io import StringIO
from pathlib import Path
from unittest import mock

from approx_build.cli.fast_path import nothing_to_do
from tests.space import CONSENT, Space, tone

TIDE, FOAM, MODEL = "pieces/tide.yaml", "pieces/tide/1-foam.yaml", "models/tiny.yaml"
BELLS, BELL = "models/corpora/bells", "pieces/tide/bell.wav"
SHIPPED = "models/checkpoints/tiny"
WAV, PAGE, LOCK = "renders/tide/1-foam.wav", "renders/tide/index.html", "pieces/tide.lock"
HOUR_NS = 3600 * 10**9

PIECE = """\
score: 1
piece: tide
seed: 3
output: { rate: 8000, gain_db: -6 }
movements: [tide/1-foam.yaml]
"""
MOVEMENT = """\
score: 1
movement: foam
length: 0.5
parts:
  spray:
    gain_db: -6
    events:
      - { at: 0, play: { from: { file: bell.wav } }, gain_db: -6 }
      - { at: 0.2, salad: { from: bells/*, length_s: 0.2, max_grain_s: 0.1 }, gain_db: -6 }
"""
DRAWN = "      - { at: 0.1, hold: { from: cry, rate_hz: 8, length_s: 0.2 }, gain_db: -6 }\n"
SOURCE = "sources: [ { name: dong, made_by: the test, licence: CC0-1.0, notice: NOTICE } ]\n"


Edit = Callable[[Space], None]


@contextmanager
def as_if_old() -> Iterator[None]:
    """For the block every file looks an hour old: nothing is hashed again because it is young."""
    real = time.time_ns

    def later() -> int:
        return real() + HOUR_NS

    with mock.patch.object(time, "time_ns", later):
        yield


def replaced(path: str, old: str, new: str) -> Edit:
    """Other text of the same length, with the time of the file put back."""

    def edit(space: Space) -> None:
        assert len(old) == len(new)
        quietly(space.root / path, lambda data: data.replace(old.encode(), new.encode(), 1))

    return edit


def flipped(path: str, place: int = -3) -> Edit:
    """One bit of a file, with its time put back."""

    def flip(data: bytes) -> bytes:
        changed = bytearray(data)
        changed[place] ^= 2
        return bytes(changed)

    return lambda space: quietly(space.root / path, flip)


def quietly(path: Path, change: Callable[[bytes], bytes]) -> None:
    before, data = path.stat(), path.read_bytes()
    assert change(data) != data
    path.write_bytes(change(data))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def removed(path: str) -> Edit:
    return lambda space: (space.root / path).unlink()


def added(path: str) -> Edit:
    return lambda space: shutil.copy(space.root / BELLS / "ding.wav", space.root / path) and None


def relocked(space: Space) -> None:
    """Another digest in the lock."""
    quietly(space.root / LOCK, lambda data: re.sub(rb'("digest": ")\w{8}', rb"\g<1>01234567", data))


def project(root: Path) -> Space:
    """A piece that plays a sound file and the recordings of a corpus."""
    space = Space(root)
    space.write(TIDE, PIECE)
    space.write(FOAM, MOVEMENT)
    space.sound(BELL, tone(300, 0.2))
    space.sound(f"{BELLS}/ding.wav", tone(700, 0.3))
    space.sound(f"{BELLS}/dong.wav", tone(350, 0.3))
    space.write(f"{BELLS}/consent.yaml", CONSENT.replace("tones", "bells") + SOURCE)
    space.write(f"{BELLS}/NOTICE", "made by a test")
    return space


def outcome(space: Space) -> dict[str, str]:
    """Every file that a render delivers, by its digest."""
    files = [p for p in (space.root / "renders").rglob("*") if p.is_file()]
    files.append(space.root / LOCK)
    return {
        str(p.relative_to(space.root)): sha256(p.read_bytes()).hexdigest() for p in sorted(files)
    }


def is_light(space: Space) -> bool:
    """Whether the sweep alone says that there is nothing to do."""
    with redirect_stdout(StringIO()):
        return nothing_to_do(["render", str(space.root / TIDE)])


def put_back(space: Space, original: Space) -> None:
    """The scores, sounds and declarations as they were, with their times."""
    for folder in ("pieces", "models"):
        there = {p.relative_to(space.root) for p in (space.root / folder).rglob("*")}
        was = {p.relative_to(original.root) for p in (original.root / folder).rglob("*")}
        for path in there - was:
            (space.root / path).unlink()
        for path in sorted(was):
            mine, old = space.root / path, original.root / path
            if old.is_file() and not (mine.exists() and mine.read_bytes() == old.read_bytes()):
                shutil.copy2(old, mine)
