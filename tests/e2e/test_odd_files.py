"""FIFOs, folders and devices where a file should be: refused in words, and nobody waits."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import chdir
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


WITH_NOTICE = (
    "agreed: everything",
    "sources: [{ name: n, made_by: m, licence: CC0-1.0, notice: notice.txt }]\nagreed: everything",
)
LEDGER, NOTES = "models/ledger/tiny-0a1b2c3d.json", "models/ledger/tiny-0a1b2c3d.notes.jsonl"
STEP = "models/checkpoints/tiny/step-000002.safetensors"
RENDER, CHECK, LIST = ["render", TIDE], ["store", "check"], ["corpus", "list"]
ROLES = {
    TIDE: [["check", TIDE]],
    "pieces/tide/1-foam.yaml": [["check", TIDE]],
    "models/tiny.yaml": [["check", TIDE], ["train", "tiny", "--plan"]],
    f"{TONES}/consent.yaml": [["check", TIDE], LIST],
    f"{TONES}/notice.txt": [["check", TIDE], LIST],
    f"{TONES}/low.wav": [RENDER, LIST, ["corpus", "inspect", "tones"]],
    "pieces/tide.lock": [RENDER, CHECK],
    "models/checkpoints/tiny/record.json": [RENDER, CHECK, ["corpus", "withdraw", "tones"]],
    STEP: [RENDER, CHECK],
    LEDGER: [["runs", "list"], ["runs", "page"]],
    NOTES: [["runs", "list"], ["runs", "export"]],
    "renders/tide/tide.wav": [RENDER, CHECK],
    "renders/tide/index.html": [RENDER, CHECK],
    **{
        f".approx/{name}": [RENDER, CHECK, ["store", "gc", "--dry-run"]]
        for name in ("format", "journal", "memo.json", "removed", "use", "leases", "RECORD")
    },
    ".approx/OBJECT": [RENDER, CHECK],
    ".approx/STATE": [RENDER, CHECK],
    "matplotlibrc": [RENDER],
}
"""Where something odd may be, and the commands that look there."""


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, chdir(path.parent):
        # The name of a socket has at most 107 bytes.
        server.bind(path.name)


def vast(path: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(2**42)


HASHED = (f"{TONES}/low.wav", STEP, "renders/tide/tide.wav", "renders/tide/index.html")
"""What is read to its end, however long that is."""


@pytest.mark.slow
@pytest.mark.parametrize("make", [fifo, folder, device, listening, vast])
def test_nothing_odd_in_any_role_stops_a_command_or_shows_a_traceback(
    rendered: Space, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    for number, (role, commands) in enumerate(ROLES.items()):
        if make is vast and (role in HASHED or role.endswith("OBJECT")):
            continue
        space = rendered.copy(tmp_path / str(number) / "project")
        space.edit(f"{TONES}/consent.yaml", *WITH_NOTICE)
        space.write(f"{TONES}/notice.txt", "words")
        space.write(LEDGER, "{}")
        paths = [space.root / role]
        if role in (".approx/RECORD", ".approx/OBJECT", ".approx/STATE"):
            below = space.root / f"{role.lower()}s"
            paths = [path for path in below.rglob("*") if path.is_file()]
        for path in paths:
            path.parent.mkdir(exist_ok=True)
            path.unlink(missing_ok=True)
            make(path)
        if role != ".approx/STATE":
            shutil.rmtree(space.root / ".approx/states")
        for words in commands:
            outcome = space.run(*words, code=None)
            assert outcome.code in (0, 1, 2), f"{role} {words}\n{outcome.out}{outcome.err}"
        shutil.rmtree(space.root)
