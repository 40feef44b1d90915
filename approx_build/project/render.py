"""`render`: build a piece, put its files under renders/, and keep its lock."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.cli.exit_codes import Exit
from approx_build.cli.messages import read_again, say, say_failures, say_unmet, summary
from approx_build.errors import UsageError
from approx_build.execution.toolchain import toolchain
from approx_build.project.build import build_targets
from approx_build.project.build_state import Package, remember
from approx_build.project.delivered import Delivered
from approx_build.project.lockfile import in_todays_form, keep_lock, lock_of, read_lock
from approx_build.project.paths import named_from
from approx_build.project.piece import Session
from approx_build.project.remarks import conversions, silent_events
from approx_build.project.resume import new_runs
from approx_build.project.settings import Options
from approx_build.store import lock as locks
from approx_build.store.delivery import check_folder
from approx_build.store.lock import merging
from approx_build.store.projects import Use

if TYPE_CHECKING:
    from approx_build.execution.result import Built

Files = Mapping[str, str]
"""Path under the renders folder -> target."""


def render(
    piece: Path, options: Options, movements: list[str], parts: list[str], locked: bool
) -> None:
    """Render; says what was made, and exits with 1 when something failed."""
    package, session = Package.now(), Session.open(piece, options)
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
        session.store.projects.note(Use(root, session.path))
        verified = [*files.values(), *([] if movements or parts else read_by_report(session))]
        log = session.log
        built = build_targets(
            graph, [*targets, *verified], session.store, root, options, verified, log
        )
        is_whole = not (movements or parts or built.failures)
        delivered = Delivered(session.out)
        if not (parts or built.failures):
            new = lock_of(session, built.records)
            with merging(session.lock_path):
                # Another render may have written it since.
                old = read_lock(session.lock_path, locked)
                old = old and in_todays_form(old, new, session.store.objects)
                news = keep_lock(session.lock_path, old, new, is_whole, locked)
            delivered.note(session.lock_path, locks.text(new).encode())
        publish(session, built, files, delivered)
        if is_whole:
            publish_report(session, built, delivered)
    unmet = say_unmet(session, built)
    text = summary(session, built, delivered.written, news)
    remarks = [*conversions(session, built), *silent_events(session, built)]
    remarks.append(read_again(session, built, delivered))
    say(options, "\n".join([*filter(None, remarks), text]))
    if built.failures:
        say_failures(built)
    if built.failures or unmet:
        sys.exit(Exit.FAILED)
    # A lock whose keys are still to be renewed is not up to date.
    if is_whole and not (locked and news):
        remember(session, built, delivered, package, text)


def chosen(session: Session, movements: list[str], parts: list[str]) -> tuple[Files, list[str]]:
    """The files to publish and the targets to build; UsageError for parts that do not exist."""
    lowered = session.lowered
    if parts:
        return chosen_stems(session, movements, parts)
    if not movements:
        every = [target for one in lowered.movements for target in one.targets()]
        shown = [p.sketch for steps in lowered.previews.values() for p in steps.values()]
        shown += [stages.target for stages in lowered.stages.values()]
        shown += [f"models/{model}/run" for model in lowered.previews]
        return lowered.published, [*every, *shown, *lowered.published.values()]
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


def publish(session: Session, built: Built, files: Files, delivered: Delivered) -> None:
    """Copy what was built to the renders folder, where it is not there already."""
    for path, target in files.items():
        record = built.records.get(target)
        if record is not None:
            delivered.copy(path, session.store.objects, record.digest)


def read_by_report(session: Session) -> list[str]:
    """The targets whose objects the page of the piece is drawn from."""
    from approx_build.plan.graph import Kind

    lowered = session.lowered
    kinds = (Kind.FIGURE, Kind.MEASURE, Kind.STAGES, Kind.TRAIN)
    return [action.target for action in lowered.graph if action.kind in kinds]


def publish_report(session: Session, built: Built, delivered: Delivered) -> None:
    """Write the page of the piece when it changed."""
    from approx_build.report.page import page
    from approx_build.report.piece import piece_report

    html = page(
        piece_report(
            session.score,
            session.lowered,
            session.catalog,
            built.records,
            session.store.objects,
            toolchain(),
        )
    )
    delivered.write(f"{session.score.slug}/index.html", html.encode())
