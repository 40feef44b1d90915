"""`verify`: rebuild a piece from nothing, in fresh processes, and compare it with its lock."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.errors import BuildError, UsageError
from approx_build.process import child, system
from approx_build.process.scratch import scratch
from approx_build.project.lockfile import with_current_keys
from approx_build.project.observer import Observer
from approx_build.project.piece import Piece
from approx_build.project.rebuild import Task
from approx_build.project.relay import relayed
from approx_build.project.settings import Settings
from approx_build.visible import Lines

if TYPE_CHECKING:
    from approx_build.store.lock import Change, Lock

STOP_S = 10.0
"""How long the fresh process has to end when this one is asked to."""


@dataclass(frozen=True)
class Difference:
    """A target that came out different, and where its sound differs first."""

    target: str
    section: str
    locked: str
    rebuilt: str
    sound: str


@dataclass(frozen=True)
class Verification:
    """How many targets were compared with the lock, and those that came out different."""

    compared: int
    differences: tuple[Difference, ...]
    lock: Path

    @property
    def is_equal(self) -> bool:
        """Whether everything came out as it is locked."""
        return not self.differences


def verify(
    path: Path, settings: Settings, movements: Sequence[str], capped: bool, observer: Observer
) -> Verification:
    """Rebuild and compare, in the order in which targets are made.

    `capped` uses the plainest instruction set everywhere. BuildError when the piece cannot be
    rebuilt, UsageError when there is no lock.
    """
    from approx_build.store import lock as locks

    piece = Piece.open(path, settings)
    locked = locks.read(piece.lock_path)
    if locked is None:
        raise UsageError(f"{piece.lock_path}: there is no lock; render the piece first")
    chosen = [one.movement.slug for one in piece.movements(movements)]
    with scratch("approx-verify-") as folder:
        store = folder / "store"
        rebuilt = _rebuild(piece, store, chosen, capped, observer)
        found = compare(piece, locked, rebuilt, store)
    return Verification(len(rebuilt.pins()), tuple(found), piece.lock_path)


def compare(piece: Piece, locked: Lock, rebuilt: Lock, store: Path) -> list[Difference]:
    """What differs from the lock among what was rebuilt, in the order in which it is made."""
    from approx_build.store import lock as locks
    from approx_build.store.store import Store

    locked = with_current_keys(locked, rebuilt, Store(store).objects)
    pins = rebuilt.pins()
    return [
        _difference(piece, change, store)
        for change in locks.changes(locked, rebuilt)
        # Targets of other movements were not rebuilt.
        if change.target in pins and change.is_sound
    ]


def _rebuild(
    piece: Piece, store: Path, movements: list[str], capped: bool, observer: Observer
) -> Lock:
    """Render into an empty store in a fresh process; returns the lock it would write."""
    from approx_build.store import lock as locks

    lock = store.parent / "rebuilt.lock"
    ours, theirs = os.pipe()
    with open(ours, encoding="utf-8") as lines:
        try:
            path = str(piece.path.absolute())
            jobs, today = piece.settings.jobs, piece.settings.today.isoformat()
            handle = system.handle_to_inherit(theirs)
            task = Task(path, str(store), str(lock), jobs, movements, today, handle)
            fresh = child.start(
                "approx_build.project.rebuild",
                task.text(),
                handles=[handle],
                environment=environment(capped),
            )
        finally:
            # While this process holds the other end, reading would never reach the end of the file.
            os.close(theirs)
        try:
            problem = relayed(lines, piece.lowered.graph, observer)
            code = fresh.wait()
        finally:
            # Also after an interrupt: the fresh process must not go on alone.
            fresh.end(STOP_S)
    found = locks.read(lock) if code == 0 and problem is None else None
    if found is None:
        why = [problem.message] if problem else []
        where = problem.where if problem else None
        raise BuildError(Lines.of([*why, "the piece could not be rebuilt"]), where)
    return found


def environment(capped: bool) -> dict[str, str]:
    """What the fresh process needs in its environment to use the plainest instruction set."""
    if not capped:
        return {}
    # `__cpu_dispatch__` lists the features that NumPy may use if the CPU has them; no public name
    # does.
    umath = importlib.import_module("numpy._core._multiarray_umath")
    features = " ".join(umath.__cpu_dispatch__)
    plain = {"APPROX_KERNEL": "baseline", "NPY_DISABLE_CPU_FEATURES": features}
    return {**plain, "PYTHONWARNINGS": "ignore::ImportWarning"}


def _difference(piece: Piece, change: Change, store: Path) -> Difference:
    from approx_build.store.store import Store

    old, new = change.old, change.new
    assert new is not None
    sound = "the lock does not contain it"
    if old is not None:
        before = piece.store.objects.path(old.digest)
        after = Store(store).objects.path(new.digest)
        sound = first_difference(before, after)
    return Difference(change.target, change.section, old.digest if old else "", new.digest, sound)


def first_difference(before: Path, after: Path) -> str:
    """Where two sound files differ first and by how much, in words."""
    from approx_build.audio import wav
    from approx_build.errors import AudioError

    if not before.exists():
        return "the store no longer has the locked sound, so the sounds cannot be compared"
    try:
        old, new = wav.info(before), wav.info(after)
    except AudioError:
        return "its bytes differ (it is not a sound file)"
    # Samples are comparable only with the same rate, channels and length.
    if old[:3] != new[:3]:
        return f"{old.length} samples at {old.rate} Hz then, {new.length} at {new.rate} Hz now"
    for start, stop in wav.blocks(before):
        gap = abs(wav.read(before, start, stop).data - wav.read(after, start, stop).data)
        different = gap.max(axis=0).nonzero()[0]
        if different.size:
            first = start + int(different[0])
            size = float(gap[:, different[0]].max())
            time = f"{first / old.rate:.6f} s"
            return f"sample {first} ({time}) is the first that differs, by {size:.3g}"
    return "the samples are equal, but the rest of the file differs"
