"""An index of records: what each was made from and made, without the rest of what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from sys import intern

from approx_build.canonical import canonical
from approx_build.store.records import Record, Records

TRAIN = "train"
"""The kind of action whose parameters are the declaration of a training."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record: the kind of its action, the digests that it read, and those that it made.

    `main` is the digest that readers get; `declaration` that of a training's parameters,
    else empty.
    """

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    main: str
    declaration: str = ""


@dataclass
class Index:
    """Records by key, and by the objects that they name."""

    entries: dict[str, Entry] = field(default_factory=dict)
    makers: dict[str, list[str]] = field(default_factory=dict)
    """Digest -> the keys of the records that made it."""

    @classmethod
    def of(
        cls, records: Records, keys: Iterable[str], seen: Callable[[], None] = lambda: None
    ) -> Index:
        """The records of `keys` that can be believed; calls `seen` after each key."""
        index = cls()
        for key in keys:
            if record := records.get(key):
                index.add(record)
            seen()
        return index

    def add(self, record: Record) -> None:
        """Take in a record."""
        inputs, params = record.manifest.get("inputs"), record.manifest.get("params")
        kind = str(record.manifest.get("kind", ""))
        # One object is named by many records: every digest is kept once.
        read = {intern(str(one)) for one in inputs.values()} if isinstance(inputs, dict) else set()
        made = {intern(one) for one in record.outputs.values()}
        declaration = sha256(canonical(params).encode()).hexdigest() if kind == TRAIN else ""
        key = intern(record.key)
        main = intern(record.digest)
        self.entries[key] = Entry(
            intern(kind), tuple(sorted(read)), tuple(sorted(made)), main, declaration
        )
        for digest in made:
            self.makers.setdefault(digest, []).append(key)

    def kind(self, digest: str) -> str:
        """The kind of action that made an object; empty when no record names it.

        Not one that only passes on what it reads. Of several kinds it is the first by name.
        """
        every = [self.entries[key] for key in self.makers.get(digest, ())]
        makers = [entry for entry in every if digest not in entry.inputs] or every
        return min((entry.kind for entry in makers), default="")

    def outputs(self, keys: Iterable[str]) -> set[str]:
        """All that the records of `keys` made."""
        known = (self.entries[key] for key in keys if key in self.entries)
        return {digest for entry in known for digest in entry.outputs}

    def makers_of(self, digests: Iterable[str]) -> set[str]:
        """The keys of all records that made one of `digests`."""
        return {key for digest in digests for key in self.makers.get(digest, ())}

    def with_sources(self, keys: Iterable[str]) -> set[str]:
        """The known records among `keys`, and those of all that they were made from."""
        found: set[str] = set()
        todo = [key for key in keys if key in self.entries]
        while todo:
            key = todo.pop()
            if key not in found:
                found.add(key)
                todo += self.makers_of(self.entries[key].inputs) - found
        return found
