"""`export`: make a folder for a purpose from a rendered piece."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build import __version__
from approx_build.corpus.consent import Consent
from approx_build.errors import UsageError, argument
from approx_build.export.base import EXPORTS, ExportOptions, Task
from approx_build.export.folder import ExportedFile, export_folder, files_in
from approx_build.export.rendered import RenderedPiece, rendered_piece, targets
from approx_build.project.observer import Observer
from approx_build.project.paths import named_from
from approx_build.project.piece import Piece
from approx_build.project.settings import Settings

if TYPE_CHECKING:
    from approx_build.plan.movement import LoweredMovement

__all__ = ["ExportOptions", "ExportResult", "export"]


@dataclass(frozen=True)
class ExportResult:
    """What an export wrote: every file of the folder, and what a person should know."""

    folder: Path
    purpose: str
    files: tuple[ExportedFile, ...]
    remarks: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The result as plain values."""
        files = [{"path": f.path, "sha256": f.digest, "bytes": f.size} for f in self.files]
        return {
            "purpose": self.purpose,
            "folder": str(self.folder),
            "files": files,
            "remarks": list(self.remarks),
        }


def export(
    path: Path,
    to: Path,
    purpose: str,
    settings: Settings,
    options: ExportOptions,
    observer: Observer,
) -> ExportResult:
    """Export the piece at `path` to the folder `to`; UsageError when it is not up to date."""
    kind = EXPORTS.get(purpose)()
    kind.check(options)
    piece = Piece.open(path, settings)
    _check_outside_store(to, piece.store.root)
    with named_from(piece.root):
        asked = {one.movement.slug for one in piece.movements(options.movements)}
        # In the order of the piece, each once.
        chosen = [one for one in piece.lowered.movements if one.movement.slug in asked]
        found = _rendered(piece, chosen)
        with export_folder(to) as folder:
            task = Task(found, options, folder, observer.activity)
            remarks = kind.write(task)
            # A long export leaves time to withdraw a consent.
            piece.check_consent_again()
    return ExportResult(to, purpose, files_in(to), remarks)


def _rendered(piece: Piece, chosen: list[LoweredMovement]) -> RenderedPiece:
    """The chosen movements with their sounds in the store; UsageError when one is out of date."""
    from approx_build.execution.forecast import Fate, forecast

    wanted = list(targets(chosen))
    found = forecast(piece.lowered.graph, wanted, piece.store, piece.root, piece.log)
    records = piece.store.records
    sounds: dict[str, Path] = {}
    for target in wanted:
        record = records.get(found[target].key) if found[target].fate is Fate.REUSED else None
        if record is None or not piece.store.objects.verify(record.digest):
            raise UsageError(
                f"{piece.score.path}: {target} is not rendered as the score is now; "
                f"run: approx-build render {os.path.relpath(piece.path)}"
            )
        sounds[target] = piece.store.objects.path(record.digest)
    consents = {name: piece.catalog.consent(name) for name in piece.catalog.consents.read}
    return rendered_piece(
        *(piece.lowered, chosen, sounds.__getitem__),
        people=sorted({name for consent in consents.values() for name in _people(consent)}),
        notices=[_credit(corpus, consent) for corpus, consent in consents.items()],
        made=_made(piece, list(consents)),
    )


def _made(piece: Piece, corpora: list[str]) -> str:
    """With what and from what the piece was made, in a sentence."""
    networks = ", ".join(sorted(piece.lowered.networks.used))
    sources = [f"takes of trained networks ({networks})"] if networks else []
    sources += [f"recordings under consent ({', '.join(corpora)})"] if corpora else []
    origin = f" from {' and '.join(sources)}" if sources else ""
    return f"Made with approx-build {__version__}{origin}."


def _people(consent: Consent) -> Iterator[str]:
    """The names of performers and makers."""
    yield from (one.name for one in consent.performers)
    yield from (one.made_by for one in consent.sources)


def _credit(corpus: str, consent: Consent) -> str:
    """Whose sound a corpus is, in one line."""
    people = [f"{one.name} ({one.plays})" for one in consent.performers]
    people += [f"{one.name}, by {one.made_by} ({one.licence})" for one in consent.sources]
    sentences = [f"{corpus}: {consent.sound}", "; ".join(people), f"Licence: {consent.licence}"]
    return " ".join(f"{one.rstrip('.')}." for one in sentences if one)


def _check_outside_store(to: Path, store: Path) -> None:
    if to.absolute().is_relative_to(store.absolute()):
        raise UsageError(f"{argument('to', to)}: is in the store; name another folder")
