"""FIFOs, folders and devices where a file should be: refused in words, and nobody waits."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.space import Space

TIDE = "pieces/tide.yaml"
TONES = "models/corpora/tones"
LONG_S = 300
"""No command here takes nearly as long, however busy the machine: one that does waits for ever."""


def fifo(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def huge(path: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(7 * 2**30)


@pytest.fixture(autouse=True)
def impatience() -> Iterator[None]:
    """A test that hangs fails."""

    def fail(*_: object) -> None:
        raise AssertionError(f"nothing happened for {LONG_S} s")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(LONG_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def replaced(space: Space, path: str, make: Callable[[Path], None]) -> None:
    target = space.root / path
    target.unlink(missing_ok=True)
    make(target)


TEXTS = [TIDE, "pieces/tide/1-foam.yaml", "models/tiny.yaml", f"{TONES}/consent.yaml"]


@pytest.mark.parametrize(
    ("path", "make"),
    [*((path, fifo) for path in TEXTS), *((TIDE, m) for m in (folder, device, huge))],
)
def test_an_odd_text_is_refused_by_its_name(
    space: Space, path: str, make: Callable[[Path], None]
) -> None:
    replaced(space, path, make)
    outcome = space.run("check", TIDE, code=None)
    assert outcome.code in (1, 2)
    assert Path(path).stem.removeprefix("1-") in outcome.err
    space.run("corpus", "list", code=None)


@pytest.mark.parametrize("make", [fifo, device])
def test_an_odd_recording_is_refused_wherever_it_is_looked_at(
    space: Space, make: Callable[[Path], None]
) -> None:
    replaced(space, f"{TONES}/low.wav", make)
    assert "corpus 'tones' has no recording 'low'" in space.check()
    assert "low.wav                 no regular file" in space.run("corpus", "list", "tones").out
    assert "high.wav" in space.run("corpus", "inspect", "tones").out
    said = space.fails("corpus", "add", "others", f"{TONES}/low.wav")
    assert "not a regular file" in said or "low.wav is a link to /dev/zero, which is not in" in said


def test_a_lock_of_7_gb_is_refused_by_its_name(built: Space) -> None:
    replaced(built, "pieces/tide.lock", huge)
    said = built.run("render", TIDE, "--locked", code=None).err
    assert "tide.lock: not a lock" in said
    assert "larger than 64 MiB" in said


def test_an_odd_lock_record_or_run_ends_no_command_in_a_traceback(built: Space) -> None:
    ledger = built.root / "models/ledger"
    ledger.mkdir(exist_ok=True)
    fifo(ledger / "0001-tiny.json")
    replaced(built, "models/checkpoints/tiny/record.json", fifo)
    replaced(built, "pieces/tide.lock", fifo)
    for words in (["runs", "list"], ["corpus", "withdraw", "tones"], ["render", TIDE]):
        built.run(*words, code=None)
    said = built.run("render", TIDE, "--locked", code=None).err
    assert "tide.lock" in said


def test_odd_files_in_a_store_are_damaged_ones(built: Space) -> None:
    store = built.root / ".approx"
    states = sorted((store / "states").iterdir())
    records = sorted(path for path in (store / "records").rglob("*") if path.is_file())
    objects = sorted(path for path in (store / "objects").rglob("*") if path.is_file())
    assert states
    assert records
    assert objects
    for path in [*states, *records, *objects]:
        path.unlink()
        fifo(path)
    built.render()
    built.run("store", "check", code=None)
