"""An index of records: inputs and outputs of each, without the rest of its content."""

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
    """A record: the kind of its action, and the digests of its inputs and outputs.

    `main` is the digest that readers get; `declaration` that of a training's parameters, otherwise
    empty.
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
        """The valid records of `keys`; calls `seen` after each key."""
        index = cls()
        for key in keys:
            if record := records.get(key):
                index.add(record)
            seen()
        return index

    def add(self, record: Record) -> None:
        """Add a record."""
        inputs, params = record.manifest.get("inputs"), record.manifest.get("params")
        kind = str(record.manifest.get("kind", ""))
        # Many records name one object: every digest is kept once.
        read = {intern(str(one)) for one in inputs.values()} if isinstance(inputs, dict) else set()
        made = {intern(one) for one in record.outputs.values()}
        # Only trainings are compared by declaration; hashing the parameters of every record costs
        # time.
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

        Actions that only pass on an input do not count. Of several kinds, the first by name.
        """
        every = [self.entries[key] for key in self.makers.get(digest, ())]
        makers = [entry for entry in every if digest not in entry.inputs] or every
        return min((entry.kind for entry in makers), default="")

    def outputs(self, keys: Iterable[str]) -> set[str]:
        """All outputs of the records of `keys`."""
        known = (self.entries[key] for key in keys if key in self.entries)
        return {digest for entry in known for digest in entry.outputs}

    def makers_of(self, digests: Iterable[str]) -> set[str]:
        """The keys of all records that made one of `digests`."""
        return {key for digest in digests for key in self.makers.get(digest, ())}

    def with_sources(self, keys: Iterable[str]) -> set[str]:
        """The known records among `keys`, and those of everything they were made from."""
        found: set[str] = set()
        todo = [key for key in keys if key in self.entries]
        while todo:
            key = todo.pop()
            # Several records may name one source, so a key can be in `todo` more than once.
            if key not in found:
                found.add(key)
                todo += self.makers_of(self.entries[key].inputs) - found
        return found
