"""`verify`: rebuild a piece from nothing, in fresh processes, and compare it with its lock."""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.cli.exit_codes import Exit
from approx_build.errors import BuildError, UsageError
from approx_build.process import child
from approx_build.process.scratch import scratch
from approx_build.project.lockfile import in_todays_form
from approx_build.project.piece import Session
from approx_build.project.settings import Options

if TYPE_CHECKING:
    from approx_build.store.lock import Change, Lock

STOP_S = 10.0
"""How long the fresh process has to end when this one is told to."""


@dataclass(frozen=True)
class Difference:
    """A target that came out different, and where its sound differs first."""

    target: str
    section: str
    locked: str
    rebuilt: str
    sound: str


def verify(
    piece: Path, options: Options, movements: list[str], capped: bool, as_json: bool
) -> None:
    """Rebuild and compare; exits with 3 at a difference, naming the first action that differs."""
    from approx_build.store import lock as locks

    session = Session.open(piece, options)
    locked = locks.read(session.lock_path)
    if locked is None:
        raise UsageError(f"{session.lock_path}: there is no lock; render the piece first")
    chosen = [one.movement.slug for one in session.movements(movements)]
    with scratch("approx-verify-") as folder:
        store = folder / "store"
        rebuilt = _rebuild(session, store, chosen, capped)
        found = compare(session, locked, rebuilt, store)
        count = len(rebuilt.pins())
    if as_json:
        rows = [one.__dict__ for one in found]
        print(json.dumps({"compared": count, "differences": rows}, indent=2))
    else:
        print(told(found, count, session.lock_path))
    if found:
        sys.exit(Exit.DIFFERENT)


def compare(session: Session, locked: Lock, rebuilt: Lock, store: Path) -> list[Difference]:
    """What differs from the lock among what was rebuilt, in the order in which it is made."""
    from approx_build.store import lock as locks
    from approx_build.store.store import Store

    locked = in_todays_form(locked, rebuilt, Store(store).objects)
    pins = rebuilt.pins()
    return [
        _difference(session, change, store)
        for change in locks.changes(locked, rebuilt)
        if change.target in pins and change.is_sound
    ]


def told(found: list[Difference], count: int, path: Path) -> str:
    """The outcome for people."""
    if not found:
        return f"verified: {count} checkpoints, takes, stems and movements are as in {path}"
    first, more = found[0], len(found) - 1
    lines = [
        f"{first.target} ({first.section}) is not what {path} says: {first.sound}",
        f"  locked  {first.locked or 'nothing'}",
        f"  rebuilt {first.rebuilt}",
    ]
    return "\n".join([*lines, *([f"and {more} more differ"] if more else [])])


def _rebuild(session: Session, store: Path, movements: list[str], capped: bool) -> Lock:
    """Render into an empty store in a fresh process; returns the lock it would write."""
    from approx_build.store import lock as locks

    lock = store.parent / "rebuilt.lock"
    chosen = [word for slug in movements for word in ("--movement", slug)]
    places = ["--store", str(store), "--lock", str(lock), "--jobs", str(session.options.jobs)]
    fresh = child.start(
        "approx_build.project.rebuild",
        str(session.path.absolute()),
        *places,
        *chosen,
        environment=environment(capped),
    )
    try:
        code = fresh.wait()
    finally:
        fresh.end(STOP_S)
    found = locks.read(lock) if code == 0 else None
    if found is None:
        raise BuildError("the piece could not be rebuilt; what went wrong is said above")
    return found


def environment(capped: bool) -> dict[str, str]:
    """What the fresh process needs in its environment to use the plainest instruction set."""
    if not capped:
        return {}
    umath = importlib.import_module("numpy._core._multiarray_umath")
    features = " ".join(umath.__cpu_dispatch__)
    plain = {"APPROX_KERNEL": "baseline", "NPY_DISABLE_CPU_FEATURES": features}
    return {**plain, "PYTHONWARNINGS": "ignore::ImportWarning"}


def _difference(session: Session, change: Change, store: Path) -> Difference:
    from approx_build.store.store import Store

    old, new = change.old, change.new
    assert new is not None
    sound = "the lock does not have it"
    if old is not None:
        before = session.store.objects.path(old.digest)
        after = Store(store).objects.path(new.digest)
        sound = first_difference(before, after)
    return Difference(change.target, change.section, old.digest if old else "", new.digest, sound)


def first_difference(before: Path, after: Path) -> str:
    """Where two sound files differ first and by how much, in words."""
    from approx_build.audio import wav
    from approx_build.errors import AudioError

    if not before.exists():
        return "the store no longer has what was locked, so the sounds cannot be compared"
    try:
        old, new = wav.info(before), wav.info(after)
    except AudioError:
        return "it is no sound, and its bytes differ"
    if old[:3] != new[:3]:
        return f"{old.length} samples at {old.rate} Hz then, {new.length} at {new.rate} Hz now"
    for start, stop in wav.blocks(before):
        gap = abs(wav.read(before, start, stop).data - wav.read(after, start, stop).data)
        different = gap.max(axis=0).nonzero()[0]
        if different.size:
            first = start + int(different[0])
            size = float(gap[:, different[0]].max())
            return (
                f"sample {first} ({first / old.rate:.6f} s) is the first to differ, by {size:.3g}"
            )
    return "the samples are equal and the file around them differs"
