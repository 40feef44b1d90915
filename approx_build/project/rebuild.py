"""The fresh process of `verify`: builds movements into an empty store and writes their lock."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from approx_build.cli.exit_codes import Exit, fail
from approx_build.errors import ApproxError
from approx_build.process.interrupts import ending_calmly
from approx_build.project.build import build_targets
from approx_build.project.lockfile import lock_of
from approx_build.project.piece import Session
from approx_build.project.settings import Options


def main() -> None:
    """Build what the arguments name; exits with 1 when something failed."""
    parser = argparse.ArgumentParser(prog="approx_build.project.rebuild")
    parser.add_argument("piece", type=Path)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--lock", type=Path, required=True)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--movement", action="append", default=[])
    asked = parser.parse_args()
    try:
        with ending_calmly():
            rebuild(asked.piece, asked.store, asked.lock, asked.jobs, asked.movement)
    except ApproxError as error:
        fail(error)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


def rebuild(piece: Path, store: Path, lock: Path, jobs: int, movements: list[str]) -> None:
    """Build the sound of `movements`, and of the whole piece when all are chosen."""
    from approx_build.store import lock as locks

    session = Session.open(piece, Options(store=store, jobs=jobs, is_chronicled=False))
    lowered = session.lowered
    chosen = session.movements(movements)
    targets = [
        target for one in chosen for target in (one.master, *(part.stem for part in one.parts))
    ]
    if lowered.whole and len(chosen) == len(lowered.movements):
        targets.append(lowered.whole)
    graph, store_, log = lowered.graph, session.store, session.log
    built = build_targets(graph, targets, store_, session.root, session.options, log=log)
    built.check()
    locks.write(lock, lock_of(session, built.records))
