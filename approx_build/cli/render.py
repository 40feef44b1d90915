"""`render`: build a piece, put its files under renders/, and keep its lock."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.cli.building import build_targets
from approx_build.cli.exits import Exit
from approx_build.cli.lockfile import LockedError, kept_lock
from approx_build.cli.options import Options
from approx_build.cli.session import Session
from approx_build.errors import ApproxError, StoreError, UsageError

if TYPE_CHECKING:
    from approx_build.build.built import Built


def render(
    piece: Path,
    options: Options,
    movements: list[str],
    parts: list[str],
    locked: bool,
) -> None:
    """Render; says what was made, and exits with 1 when something failed."""
    session = Session.open(piece, options)
    files = chosen_files(session, movements, parts)
    say_remarks(session)
    built = build_targets(session, files.values())
    if built.failures:
        report_failures(built)
    kept_lock(session, built, locked)
    written = publish(session, built, files)
    if not movements and not parts and not built.failures:
        remember(session, built, files)
    say_result(session, built, files, written)
    unmet = unmet_expectations(session, built)
    if built.failures or unmet:
        sys.exit(Exit.FAILED)
