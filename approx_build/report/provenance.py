"""Provenance: from a part down to networks, recordings and the people behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import cast

from approx_build.plan.graph import LEAF, Action, Graph, Kind
from approx_build.plan.takes import SHIPPED
from approx_build.report.data import Origin
from approx_build.store.records import Record
from approx_build.ways.base import way_of

CORPORA = "models/corpora/"


@dataclass(frozen=True)
class Provenance:
    """Walks the graph from a target to the files it is made from."""

    graph: Graph
    records: Mapping[str, Record]
    _known: dict[str, Origin] = field(default_factory=dict, repr=False)

    def of_part(self, stem: str) -> tuple[Origin, ...]:
        """Where the sound of a stem comes from: takes and recordings, each named once."""
        alike: dict[str, set[str]] = {}
        for source in self._sources(stem):
            alike.setdefault(source if source.startswith(LEAF) else _take_of(source), set()).add(
                source
            )
        return tuple(self._together(alike[name]) for name in sorted(alike))

    def _together(self, targets: set[str]) -> Origin:
        """One origin for a file, or for all the clips of one take: they differ in stream alone."""
        one, *others = sorted(targets, key=_clip_number)
        origin = self._origin(one)
        if not others:
            return origin
        numbers = ", ".join(str(_clip_number(target)) for target in (one, *others))
        return replace(origin, detail=f"clips {numbers}, each with a stream of its own")

    def recordings(self, targets: list[str]) -> dict[str, set[str]]:
        """The files that `targets` are made from -> how: "played", "primes", "trains MODEL"."""
        uses: dict[str, set[str]] = {}
        for target in self.graph.needed(targets).actions:
            action = self.graph.actions[target]
            # The recordings of a training are also inputs of the training itself, which says what
            # they are for.
            if action.kind is Kind.PREPARE:
                continue
            for role, source in action.inputs.items():
                if source.startswith(LEAF) and not _is_weights(role):
                    uses.setdefault(self.graph.leaves[source], set()).add(self._use(action, role))
        return uses

    def _use(self, action: Action, role: str) -> str:
        if action.kind is Kind.TRAIN:
            return f"trained {PurePosixPath(action.target).parts[1]}"
        # A clip for a network has the network's number of channels; one for the piece keeps its
        # own.
        channels = cast("int | None", action.params.get("channels"))
        return "played in the piece" if channels is None else "a network continues it"

    def _sources(self, target: str) -> Iterator[str]:
        """The nearest takes and files below `target`, each once."""
        seen, todo = {target}, [target]
        while todo:
            for source in self.graph.actions[todo.pop()].inputs.values():
                if source in seen:
                    continue
                seen.add(source)
                if source.startswith(LEAF) or self.graph.actions[source].kind is Kind.TAKE:
                    yield source
                else:
                    todo.append(source)

    def _origin(self, target: str) -> Origin:
        # Thousands of events share their takes, and all of them their networks.
        if target not in self._known:
            self._known[target] = self._found(target)
        return self._known[target]

    def _found(self, target: str) -> Origin:
        if target.startswith(LEAF):
            return _file_origin(self.graph.leaves[target])
        action = self.graph.actions[target]
        match action.kind:
            case Kind.TAKE:
                return self._take(action)
            case Kind.CHECKPOINT:
                step = action.params["step"]
                digest = self.records[target].digest[:12]
                run = (self._origin(action.inputs["run"]),)
                return Origin("checkpoint", f"step {step}", f"SHA-256 {digest}…", origins=run)
            case Kind.TRAIN:
                return self._run(action)
            case _:
                return self._origin(next(iter(action.inputs.values())))

    def _take(self, action: Action) -> Origin:
        """A take: its network, and the sounds that it is made from."""
        below = [self._origin(action.inputs["checkpoint"])]
        if (way := way_of(action.params, action.inputs)) is not None:
            sounds = [self._origin(action.inputs[role]) for role in way.roles]
            below += [replace(sound, kind=way.origin) for sound in sounds]
        parts = PurePosixPath(action.target).parts
        detail = f"clip {parts[-1]}, stream {action.stream[:12]}…"
        return Origin("take", parts[-2], detail, origins=tuple(below))

    def _run(self, action: Action) -> Origin:
        """A training run: its corpus, by how many recordings it has."""
        roles = (role for role in action.inputs if role.startswith("recording."))
        files = [self.graph.leaves[action.inputs[role]] for role in roles]
        corpora = sorted({_corpus(path) for path in files})
        name = PurePosixPath(action.target).parts[1]
        below = tuple(
            Origin("corpus", corpus, f"{len(files)} recordings", consent=corpus)
            for corpus in corpora
        )
        return Origin(
            "network", name, f"run {self.records[action.target].key[:12]}…", origins=below
        )


def _take_of(target: str) -> str:
    """The take that the clip `target` is of."""
    return target.rpartition("/")[0]


def _clip_number(target: str) -> int:
    """Which clip of its take `target` is; 0 for a file."""
    last = target.rpartition("/")[2]
    return int(last) if last.isdecimal() else 0


def _is_weights(role: str) -> bool:
    """Whether a file of the project is no sound: it is weights, or says how they were made."""
    return role == "parent" or role.startswith(SHIPPED)


def _file_origin(path: str) -> Origin:
    corpus = _corpus(path)
    if corpus:
        return Origin("recording", f"{corpus}/{PurePosixPath(path).stem}", path, consent=corpus)
    return Origin("file", path)


def _corpus(path: str) -> str:
    """The corpus a file belongs to; empty for other files."""
    return path.removeprefix(CORPORA).partition("/")[0] if path.startswith(CORPORA) else ""
