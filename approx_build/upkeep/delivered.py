"""Delivered files: compares each with the lock, the store or the last render."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from approx_build.score.paths import slug
from approx_build.store.census import files
from approx_build.store.delivery import PART
from approx_build.store.disk import clear
from approx_build.store.fault import Expected, Fault
from approx_build.store.index import Index
from approx_build.store.reading import Read
from approx_build.store.store import Store
from approx_build.upkeep.needs import PieceNeeds
from approx_build.upkeep.states import Finished, drop

COPIED = "copied from the store"
NEXT_RENDER = "the next render rewrites it"


@dataclass(frozen=True)
class Wanted:
    """The digest that a file must have, and its source."""

    digest: str
    source: str


@dataclass
class Delivery:
    """The files that pieces delivered into a folder; reading them fills `older` and `unknown`.

    `older` contains files from another version that the store knows; the correct content of files
    in `unknown` is not known. `absent` are pieces without delivered files.
    """

    store: Store
    index: Index
    out: Path
    expected: list[Expected] = field(default_factory=list)
    copies: dict[str, list[Path]] = field(default_factory=dict)
    """Digest -> files that should have it."""
    missing: list[Fault] = field(default_factory=list)
    older: list[Path] = field(default_factory=list)
    unknown: list[Path] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    def add(self, piece: PieceNeeds, renders: Sequence[Finished]) -> None:
        """Add the delivered files of a piece; `renders` are the finished ones of all pieces."""
        folder = self.out / slug(piece.score.name)
        if not folder.is_dir():
            self.absent.append(piece.name)
            return
        own = [one for one in renders if (one.piece, one.out) == (piece.score, self.out)]
        last = own[0] if own else None
        wanted = self._wanted(piece)
        # A part is being written by a render, or was left by a killed one that the next render
        # sweeps.
        there = [path for path, _ in files(folder) if not path.name.endswith(PART)]
        for path in there:
            want = wanted.get(path)
            if want is not None:
                self.copies.setdefault(want.digest, []).append(path)
            judged = partial(self._judged, path, want, last, piece.name)
            self.expected.append(Expected(path, judged))
        if last is not None:
            for path in sorted(last.delivered.keys() - set(there)):
                want = wanted.get(path, Wanted(last.delivered[path].digest, ""))
                self.missing.append(self._fault(path, "is gone", want, last, piece.name))

    def _wanted(self, piece: PieceNeeds) -> dict[Path, Wanted]:
        """The digest in the lock; otherwise that in the store, if it has the current version of the
        piece.
        """
        lock = Path(piece.name).with_suffix(".lock").as_posix()
        found = {}
        for path, target in piece.published.items():
            if pin := piece.pins.get(target):
                found[self.out / path] = Wanted(pin.digest, lock)
            elif key := piece.cached.keys.get(target):
                found[self.out / path] = Wanted(self.index.entries[key].main, "the store")
        return found

    def _judged(
        self, path: Path, want: Wanted | None, last: Finished | None, piece: str, read: Read
    ) -> Fault | None:
        if read.problem:
            return self._fault(path, read.problem, want, last, piece)
        if not read.digest or (want is not None and read.digest == want.digest):
            return None
        # A known result is not damage: the score may have changed since the delivery.
        if read.digest in self.index.makers:
            if want is not None:
                self.older.append(path)
            return None
        if want is not None:
            problem = f"is not what {want.source} says, nor any other result in the store"
            return self._fault(path, problem, want, last, piece)
        as_it_was = last.delivered.get(path) if last is not None else None
        # The user may have edited or replaced the file, which is no fault.
        if as_it_was is None or not as_it_was.is_same(path):
            self.unknown.append(path)
            return None
        if as_it_was.digest == read.digest:
            return None
        want = Wanted(as_it_was.digest, "the last render")
        return self._fault(path, "changed without a new modification time", want, last, piece)

    def _fault(
        self, path: Path, problem: str, want: Wanted | None, last: Finished | None, piece: str
    ) -> Fault:
        digest = want.digest if want is not None else ""
        is_stored = bool(digest) and digest in self.store.objects
        repair = partial(self._repair, path, digest, last)
        remedy = COPIED if is_stored else NEXT_RENDER
        return Fault("delivered file", path, problem, f"a file of {piece}", remedy, repair)

    def _repair(self, path: Path, digest: str, last: Finished | None) -> bool:
        """Copy the object; if there is none, make the next render check everything again."""
        if path.is_dir():
            clear(path)
        if digest and self.store.objects.verify(digest):
            self.store.objects.materialise(digest, path)
        elif last is not None:
            drop(self.store, last)
        return True
