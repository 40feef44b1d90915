"""The project that `runs` speaks of, and its ledger as found there."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from approx_build.cli.exit_codes import Exit
from approx_build.cli.fast_path import project_root
from approx_build.project.paths import named_from
from approx_build.training.ledger.entry import LedgerEntry
from approx_build.training.ledger.ledger import FOLDER, Ledger, find, read_ledger


def root() -> Path:
    """The nearest folder at or above the working one that has a folder `models`."""
    return Path(project_root(os.path.join(os.getcwd(), "piece")))


def ledger() -> Ledger:
    """The project's ledger; what of it is damaged is said, with paths as seen from the project."""
    found = read_ledger(root() / FOLDER)
    for trouble in found.damaged:
        print(trouble.replace(f"{root()}{os.sep}", ""), file=sys.stderr)
    return found


def end(found: Ledger) -> None:
    """Exit with 1 when part of the ledger could not be read."""
    if found.damaged:
        sys.exit(Exit.FAILED)


def entry(run: str) -> LedgerEntry:
    """The run whose name begins with `run`; UsageError when there is none or more than one."""
    with named_from(root()):
        return find(ledger().entries, run)


def out(given: Path | None) -> Path:
    """Where pages go: renders/ledger/ unless another folder is given."""
    return (given or root() / "renders") / "ledger"


def now() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)
