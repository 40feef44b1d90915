"""Edits made while a render runs: the next render builds them, whatever was edited and when."""

from __future__ import annotations

import functools
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from approx_build.cli import remember, render
from approx_build.cli.light import nothing_to_do
from approx_build.cli.session import Session
from approx_build.score import load
from approx_build.store.objects import Objects
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


READ: Mapping[str, Edit] = {
    "piece": replaced(TIDE, "gain_db: -6", "gain_db: -9"),
    "movement": replaced(FOAM, "gain_db: -6", "gain_db: -9"),
    "consent": replaced(f"{BELLS}/consent.yaml", "everything", "everythink"),
    "recording": flipped(f"{BELLS}/ding.wav"),
    "file": flipped(BELL),
    "new recording": added(f"{BELLS}/zing.wav"),
    "recording removed": removed(f"{BELLS}/dong.wav"),
}
"""Edits of what a render reads: a build from nothing comes out otherwise after each."""

MADE: Mapping[str, Edit] = {
    "wav": flipped(WAV),
    "page": flipped(PAGE),
    "lock": relocked,
    "wav removed": removed(WAV),
}
"""Edits of what a render delivers: the next puts them right."""


def after(name: str, of: object) -> Callable[[Callable[[], None]], Any]:
    """A moment: when a function has returned for the first time."""

    def hook(act: Callable[[], None]) -> Any:
        real = getattr(of, name)

        @functools.wraps(real)
        def wrapped(*args: Any, **more: Any) -> Any:
            found = real(*args, **more)
            act()
            return found

        return mock.patch.object(of, name, wrapped)

    return hook


def before(name: str, of: object) -> Callable[[Callable[[], None]], Any]:
    """A moment: when a function is called for the first time."""

    def hook(act: Callable[[], None]) -> Any:
        real = getattr(of, name)

        @functools.wraps(real)
        def wrapped(*args: Any, **more: Any) -> Any:
            act()
            return real(*args, **more)

        return mock.patch.object(of, name, wrapped)

    return hook


MOMENTS = {
    "the scores are read": after("load_piece", load),
    "all is planned": after("open", Session),
    "all is built": after("build_targets", render),
    "a file is delivered": after("materialise", Objects),
    "all is delivered": before("remember", render),
    "the state is written": before("write_state", remember),
}


class Once:
    """Acts once, and knows whether it did."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act, self.is_done = act, False

    def __call__(self) -> None:
        if not self.is_done:
            self.is_done = True
            self._act()


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


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Space:
    """The project, rendered once: later renders run what an edit changed. Copy it to use it."""
    space = project(tmp_path_factory.mktemp("studio") / "project")
    space.render()
    shutil.rmtree(space.root / ".approx/states", ignore_errors=True)
    return space


@pytest.fixture
def mine(studio: Space, tmp_path: Path) -> Iterator[Space]:
    """A copy of one's own, whose files look old."""
    with as_if_old():
        yield studio.copy(tmp_path / "project")


def outcome(space: Space) -> dict[str, str]:
    """Every file that a render delivers, by its digest."""
    files = [p for p in (space.root / "renders").rglob("*") if p.is_file()]
    files.append(space.root / LOCK)
    return {
        str(p.relative_to(space.root)): sha256(p.read_bytes()).hexdigest() for p in sorted(files)
    }


@pytest.fixture(scope="module")
def from_nothing(
    studio: Space, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], dict[str, str]]:
    """What a build from nothing makes of the project after an edit of some kind."""

    @functools.cache
    def built(kind: str) -> dict[str, str]:
        space = studio.copy(tmp_path_factory.mktemp("from-nothing") / "project")
        for made in (".approx", "renders", LOCK):
            path = space.root / made
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if kind in READ:
            READ[kind](space)
        space.render()
        return outcome(space)

    return built


def is_light(space: Space) -> bool:
    """Whether the sweep alone says that there is nothing to do."""
    with redirect_stdout(StringIO()):
        return nothing_to_do(["render", str(space.root / TIDE)])


def rendered_with(space: Space, *hooks: Any) -> None:
    """Render while edits are made; it may say that a file changed under it."""
    with ExitStack() as stack:
        for hook in hooks:
            stack.enter_context(hook)
        said = space.run("render", TIDE, code=None)
    assert said.code == 0 or "changed while it was being used" in said.err


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("kind", [*READ, *MADE])
def test_an_edit_made_during_a_render_is_built_by_the_next(
    mine: Space, from_nothing: Callable[[str], dict[str, str]], kind: str, moment: str
) -> None:
    edit = Once(lambda: {**READ, **MADE}[kind](mine))
    rendered_with(mine, MOMENTS[moment](edit))
    assert edit.is_done
    mine.render()
    assert outcome(mine) == from_nothing(kind)
    assert is_light(mine)
    assert is_light(mine)
    assert outcome(mine) == from_nothing(kind)
