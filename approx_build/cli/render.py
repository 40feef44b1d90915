"""`render`: build a piece, put its files under renders/, and keep its lock."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.cli.building import build_targets
from approx_build.cli.continuation import new_runs
from approx_build.cli.exits import Exit
from approx_build.cli.lockfile import keep_lock, lock_of, read_lock
from approx_build.cli.options import Options
from approx_build.cli.outcome import (
    conversions,
    say,
    say_failures,
    say_unmet,
    silent_events,
    summary,
)
from approx_build.cli.places import named_from
from approx_build.cli.remember import remember
from approx_build.cli.session import Session
from approx_build.errors import UsageError
from approx_build.store.delivery import check_folder
from approx_build.store.lock import merging

if TYPE_CHECKING:
    from approx_build.execution.built import Built

Files = Mapping[str, str]
"""Path under the renders folder -> target."""


def render(
    piece: Path, options: Options, movements: list[str], parts: list[str], locked: bool
) -> None:
    """Render; says what was made, and exits with 1 when something failed."""
    since_ns = time.time_ns()
    session = Session.open(piece, options)
    files, targets = chosen(session, movements, parts)
    for remark in session.score.remarks:
        say(options, str(remark))
    graph, root, news = session.lowered.graph, session.root, ""
    with named_from(root):
        for words in new_runs(graph, session.catalog, session.store.root):
            say(options, words)
        # What would stop the last step is found before the first.
        check_folder(session.out)
        read_lock(session.lock_path, locked)
        built = build_targets(graph, targets, session.store, root, options, files.values())
        is_whole = not (movements or parts or built.failures)
        if not (parts or built.failures):
            new = lock_of(session, built.records)
            with merging(session.lock_path):
                # Another render may have written it since.
                old = read_lock(session.lock_path, locked)
                news = keep_lock(session.lock_path, old, new, is_whole, locked)
        written = publish(session, built, files)
        if is_whole:
            written += publish_report(session, built)
    unmet = say_unmet(session, built)
    text = summary(session, built, written, news)
    remarks = [*conversions(session, built), *silent_events(session, built)]
    say(options, "\n".join([*remarks, text]))
    if built.failures:
        say_failures(built)
    if built.failures or unmet:
        sys.exit(Exit.FAILED)
    if is_whole:
        remember(session, built, files, since_ns, text)


def chosen(session: Session, movements: list[str], parts: list[str]) -> tuple[Files, list[str]]:
    """The files to publish and the targets to build; UsageError for parts that do not exist."""
    lowered = session.lowered
    if parts:
        return chosen_stems(session, movements, parts)
    if not movements:
        every = [target for one in lowered.movements for target in one.targets()]
        pictures = [p.sketch for steps in lowered.previews.values() for p in steps.values()]
        pictures += [stages.target for stages in lowered.stages.values()]
        return lowered.published, [*every, *pictures, *lowered.published.values()]
    wanted = [target for one in session.movements(movements) for target in one.targets()]
    made = set(wanted)
    return {path: t for path, t in lowered.published.items() if t in made}, wanted


def chosen_stems(
    session: Session, movements: list[str], parts: list[str]
) -> tuple[Files, list[str]]:
    """The stems named by `parts`, in the movements chosen."""
    files, unknown = {}, set(parts)
    for one in session.movements(movements):
        for part in one.parts:
            if part.name in parts:
                path = f"{session.score.slug}/stems/{one.movement.slug}/{part.name}.wav"
                files[path] = part.stem
                unknown.discard(part.name)
    if unknown:
        raise UsageError(f"--part {sorted(unknown)[0]}: no movement chosen has such a part")
    return files, list(files.values())


def publish(session: Session, built: Built, files: Files) -> list[str]:
    """Copy what was built to the renders folder; the paths that had to be written."""
    objects = session.store.objects
    written = []
    for path, target in files.items():
        record = built.records.get(target)
        if record is not None and objects.materialise(record.digest, session.out / path):
            written.append(path)
    return written


def publish_report(session: Session, built: Built) -> list[str]:
    """Write the page of the piece when it changed."""
    from approx_build.cli.reporting.piece import piece_report
    from approx_build.report.page import page
    from approx_build.store.delivery import write

    path = f"{session.score.slug}/index.html"
    html = page(piece_report(session, built.records)).encode()
    return [path] if write(session.out / path, html) else []
