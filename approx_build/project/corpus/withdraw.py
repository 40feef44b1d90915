"""`corpus withdraw`: what would have to be made again without recordings, and the withdrawal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date

from approx_build.corpus.consent import FILE_NAME, Consent
from approx_build.corpus.recordings import recording_files
from approx_build.corpus.withdrawal import withdrawn_text
from approx_build.errors import UsageError
from approx_build.project.corpus.consequences import Consequences, consequences
from approx_build.project.corpus.corpus import Shelf
from approx_build.project.lockfile import told
from approx_build.project.paths import named_from
from approx_build.project.settings import Options
from approx_build.store.delivery import write
from approx_build.yaml_source import choices, read_source


def withdraw(
    written: str,
    recordings: Sequence[str],
    performer: str | None,
    on: date | None,
    apply: bool,
    as_json: bool,
    options: Options,
) -> None:
    """Show what a withdrawal touches; write it into the consent record if `apply`."""
    shelf = Shelf.there(written)
    with named_from(shelf.root):
        record = shelf.catalog.record(shelf.name)
        names = _chosen(shelf, record, recordings, performer)
        day = on or shelf.catalog.today
        found = consequences(shelf, names, day, options.store_at(shelf.root))
        if apply:
            shown = shelf.catalog.consent_path(shelf.name)
            source = read_source(shelf.folder / FILE_NAME, shown)
            write(shelf.folder / FILE_NAME, withdrawn_text(source, names, day).encode())
    if as_json:
        print(json.dumps({**asdict(found), "is_applied": apply}, indent=2, ensure_ascii=False))
        return
    for line in [*_told(found), *(_next(shelf, found) if apply else _hint(shelf))]:
        print(line)


def _chosen(
    shelf: Shelf, record: Consent, written: Sequence[str], performer: str | None
) -> list[str] | None:
    """The recordings named, without their corpus; None for the whole corpus."""
    known = sorted(recording_files(shelf.folder))
    if performer is not None:
        return _of_performer(record, known, performer)
    if not written:
        return None
    names = [name.removeprefix(f"{shelf.name}/") for name in written]
    for name in names:
        # What was withdrawn and then removed may be withdrawn for an earlier day.
        if name not in known and name not in record.withdrawn:
            hint = choices(name, known)
            raise UsageError(f"corpus {shelf.name!r} has no recording {name!r}{hint}")
    return sorted(set(names))


def _of_performer(record: Consent, known: list[str], performer: str) -> list[str]:
    named = [one for one in record.performers if one.name == performer]
    if not named:
        hint = choices(performer, [one.name for one in record.performers])
        raise UsageError(f"--performer {performer}: the consent record names no such one{hint}")
    names = [name for name in known if any(one.plays_in(name) for one in named)]
    if not names:
        raise UsageError(f"--performer {performer}: plays in no recording of the corpus")
    return names


def _told(found: Consequences) -> Iterator[str]:
    is_whole = found.recordings is None
    yield f"{found.corpus}: without {_what(found)}, from {found.day} on:"
    yield from _lines("files (they stay where they are)", found.files)
    for one in found.models:
        fate = "refused" if is_whole else "refused before it is trained again without them"
        yield f"  model {one.model}: {fate}"
        yield from _lines("shipped checkpoints that learnt from them", one.shipped, 4)
    again = "refused" if is_whole else "made again"
    for piece in found.pieces:
        yield f"  piece {piece.path}"
        yield from _lines(f"takes {again}", piece.takes, 4)
        yield from _lines(f"movements {again}", piece.movements, 4)
        yield from _lines("refused at", piece.refused, 4)
        yield from _lines("rendered before to", [piece.renders] if piece.renders else [], 4)
    if not found.pieces:
        yield "  no piece uses them"
    for path in found.unread:
        yield f"  piece {path}: not known, for it has faults (approx-build check {path})"
    if found.stored:
        kinds = ", ".join(f"{kind} {count}" for kind, count in found.stored.items())
        yield f"  in the store, made from them: {kinds}"
        if found.stored_checkpoints:
            yield f"    checkpoints: {told(found.stored_checkpoints)}"


def _what(found: Consequences) -> str:
    return "every recording" if found.recordings is None else ", ".join(found.recordings)


def _lines(head: str, items: Sequence[str], indent: int = 2) -> Iterator[str]:
    if items:
        yield f"{' ' * indent}{head}: {', '.join(items)}"


def _hint(shelf: Shelf) -> Iterator[str]:
    path = shelf.catalog.consent_path(shelf.name)
    yield f"nothing was changed; with --apply the withdrawal is written into {path}"


def _next(shelf: Shelf, found: Consequences) -> Iterator[str]:
    """What to do once the withdrawal is written."""
    yield f"written into {shelf.catalog.consent_path(shelf.name)}; no sound was deleted"
    is_later = date.fromisoformat(found.day) > shelf.catalog.today
    steps = [f"use something else at {place}" for one in found.pieces for place in one.refused]
    if found.recordings is not None:
        steps += [f"approx-build train {one.model}" for one in found.models]
    steps += [f"approx-build render {one.path}" for one in found.pieces]
    if steps:
        yield f"next{f', on {found.day}' if is_later else ''}:"
    yield from (f"  {step}" for step in steps)
