"""Consequences of a withdrawal: the models, checkpoints, takes and movements made from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import file_digest
from pathlib import Path

from approx_build.corpus.recordings import recording_files
from approx_build.files.opening import open_regular
from approx_build.plan.dependents import dependents_of
from approx_build.plan.uses import Use
from approx_build.project.corpus.corpus import Corpus
from approx_build.project.lockfile import listed
from approx_build.score.paths import slug
from approx_build.store.records import derived
from approx_build.store.store import Store
from approx_build.training.ledger.record import read_record


@dataclass(frozen=True)
class AffectedModel:
    """A model that learns from what is withdrawn; `shipped` are checkpoints that have."""

    model: str
    shipped: list[str]


@dataclass(frozen=True)
class AffectedPiece:
    """A piece that sounds otherwise; `refused` are the places that could not stay as they are."""

    path: str
    models: list[str]
    takes: list[str]
    movements: list[str]
    refused: list[str]
    renders: str


@dataclass(frozen=True)
class Consequences:
    """What is withdrawn, and everything that is made from it. `recordings` are None for all."""

    corpus: str
    recordings: list[str] | None
    day: str
    files: list[str]
    models: list[AffectedModel]
    pieces: list[AffectedPiece]
    unread: list[str]
    stored: dict[str, int]
    stored_checkpoints: list[str]

    def lines(self) -> Iterator[str]:
        """What is withdrawn and what that touches, in words."""
        is_whole = self.recordings is None
        yield f"{self.corpus}: without {self._what()}, from {self.day} on:"
        yield from _lines("files (not deleted)", self.files)
        for one in self.models:
            fate = "refused" if is_whole else "refused until it is trained again without them"
            yield f"  model {one.model}: {fate}"
            yield from _lines("shipped checkpoints trained on them", one.shipped, 4)
        again = "refused" if is_whole else "made again"
        for piece in self.pieces:
            yield f"  piece {piece.path}"
            yield from _lines(f"takes {again}", piece.takes, 4)
            yield from _lines(f"movements {again}", piece.movements, 4)
            yield from _lines("refused at", piece.refused, 4)
            yield from _lines("earlier renders in", [piece.renders] if piece.renders else [], 4)
        if not self.pieces:
            yield "  no piece uses them"
        for path in self.unread:
            yield f"  piece {path}: unknown, because it has faults (approx-build check {path})"
        if self.stored:
            kinds = ", ".join(f"{kind} {count}" for kind, count in self.stored.items())
            yield f"  made from them, in the store: {kinds}"
            if self.stored_checkpoints:
                yield f"    checkpoints: {listed(self.stored_checkpoints)}"

    def _what(self) -> str:
        return "every recording" if self.recordings is None else ", ".join(self.recordings)


def _lines(head: str, items: Sequence[str], indent: int = 2) -> Iterator[str]:
    if items:
        yield f"{' ' * indent}{head}: {', '.join(items)}"


def consequences(
    corpus: Corpus, names: Sequence[str] | None, day: date, store: Path
) -> Consequences:
    """What is made from recordings by these names (None: all), in every piece and the store."""
    catalog = corpus.catalog
    files = {n: p for n, p in recording_files(corpus.folder).items() if names is None or n in names}
    # What was withdrawn before is learnt from no more.
    is_learnt = not files.keys() <= catalog.record(corpus.name).withdrawn_by(catalog.today).keys()
    touched = dependents_of(catalog, corpus.name)
    pieces = []
    for path, uses in touched.uses.items():
        asked = [use for use in uses if use.needs(files) and (is_learnt or not use.learns)]
        pieces.append(_piece(corpus, path, asked, None if names is None else files))
    models = [AffectedModel(name, _shipped(corpus, name, files)) for name in corpus.models()]
    stored, checkpoints = _stored(corpus, store, list(files.values()))
    return Consequences(
        corpus=corpus.name,
        recordings=None if names is None else list(names),
        day=day.isoformat(),
        files=[catalog.relative(path) for path in files.values()],
        # Shipped checkpoints may have learnt from it before it was withdrawn.
        models=[model for model in models if is_learnt or model.shipped],
        pieces=[piece for piece in pieces if piece.movements or piece.takes],
        unread=touched.unread,
        stored=stored,
        stored_checkpoints=checkpoints,
    )


def _piece(
    corpus: Corpus, path: str, uses: list[Use], files: Mapping[str, Path] | None
) -> AffectedPiece:
    """`files` are None when the whole corpus is withdrawn: then no use of it can stay."""
    named = {f"{corpus.name}/{name}" for name in files or ()}
    refused = [str(use.where) for use in uses if files is None or use.recording in named]
    renders = corpus.root / "renders" / slug(path)
    return AffectedPiece(
        path=path,
        models=sorted({str(use.model) for use in uses if use.learns}),
        takes=sorted({take for use in uses for take in use.takes}),
        movements=sorted({movement for use in uses for movement in use.movements}),
        refused=list(dict.fromkeys(refused)),
        renders=corpus.catalog.relative(renders) if renders.is_dir() else "",
    )


def _shipped(corpus: Corpus, model: str, files: dict[str, Path]) -> list[str]:
    """The shipped checkpoints of a model that was trained on one of the recordings."""
    folder = corpus.catalog.shipped_path(model)
    record = read_record(corpus.root / folder)
    if record is None or not {f"{corpus.name}/{name}" for name in files} & set(record.recordings):
        return []
    return [f"{folder}/{stored.file}" for stored in record.checkpoints]


def _stored(corpus: Corpus, root: Path, files: list[Path]) -> tuple[dict[str, int], list[str]]:
    """How many results of each kind the store has of these files, and where checkpoints lie."""
    # Opening a store would create it, and this verb only looks.
    if not root.is_dir():
        return {}, []
    store, digests = Store(root), []
    for path in files:
        with open_regular(path) as file:
            digests.append(file_digest(file, "sha256").hexdigest())
    every = derived(store.records, digests)
    kinds = [str(record.manifest["kind"]) for record in every]
    of_checkpoints = {r.digest for r in every if r.manifest["kind"] == "checkpoint"}
    paths = sorted(store.objects.path(digest) for digest in of_checkpoints)
    return dict(sorted(Counter(kinds).items())), [_near(corpus, path) for path in paths]


def _near(corpus: Corpus, path: Path) -> str:
    return corpus.catalog.relative(path) if path.is_relative_to(corpus.root) else str(path)
