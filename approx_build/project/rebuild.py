"""The fresh process of `verify`: builds movements into an empty store and writes their lock."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from approx_build.errors import ApproxError
from approx_build.process.interrupts import signals_as_interrupts
from approx_build.process.system import inherited_file
from approx_build.project.build import build_targets
from approx_build.project.lockfile import lock_of
from approx_build.project.observer import Observer
from approx_build.project.piece import Piece
from approx_build.project.relay import Relay
from approx_build.project.settings import Settings


@dataclass(frozen=True)
class Task:
    """What the fresh process is to do; it reports to the open file `handle`."""

    piece: str
    store: str
    lock: str
    jobs: int
    movements: Sequence[str]
    today: str
    handle: int

    def text(self) -> str:
        """The task as an argument."""
        return json.dumps(asdict(self))


def main() -> None:
    """Do the task that the one argument describes."""
    task = Task(**json.loads(sys.argv[1]))
    report = inherited_file(task.handle)
    # Without its parent nobody listens, and this process is about to be ended.
    with suppress(BrokenPipeError), open(report, "w", encoding="utf-8") as lines:
        relay = Relay(lines)
        try:
            with signals_as_interrupts():
                rebuild(task, relay)
        except ApproxError as error:
            relay.failed(error)
        except KeyboardInterrupt:
            relay.failed(ApproxError("interrupted"))


def rebuild(task: Task, observer: Observer) -> None:
    """Build the sound of movements, and of the whole piece when all are chosen."""
    from approx_build.store import lock as locks

    today = date.fromisoformat(task.today)
    settings = Settings(store=Path(task.store), jobs=task.jobs, is_chronicled=False, today=today)
    piece = Piece.open(Path(task.piece), settings)
    lowered = piece.lowered
    chosen = piece.movements(task.movements)
    # No pictures and no page: the lock pins sound only.
    targets = [
        target for one in chosen for target in (one.master, *(part.stem for part in one.parts))
    ]
    if lowered.whole and len(chosen) == len(lowered.movements):
        targets.append(lowered.whole)
    built = build_targets(
        lowered.graph, targets, piece.store, piece.root, settings, log=piece.log, observer=observer
    )
    built.check()
    locks.write(Path(task.lock), lock_of(piece, built.records))
