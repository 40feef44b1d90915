"""The build graph: actions, the files they start from, and the order between them."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from approx_build.canonical import Json as Json
from approx_build.errors import BuildError, Location

LEAF = "file:"
"""Prefix of the targets that are files of the project and not made by an action."""


class Kind(enum.Enum):
    """The kinds of action: a closed set, and one word of every key."""

    PREPARE = "prepare"  # a recording -> the sound that a network learns from
    TRAIN = "train"  # prepared recordings and a network -> the checkpoints of a training run
    CHECKPOINT = "checkpoint"  # a training run or a shipped file -> the weights after one step
    TAKE = "take"  # a checkpoint and a stream -> one clip drawn from the network
    STAGES = "stages"  # a checkpoint and a stream -> pictures of a take as noise becomes sound
    CLIP = "clip"  # a file or take -> a clip at the piece's rate, perhaps a range of it
    EVENT = "event"  # clips -> the sound of one event of a part
    STEM = "stem"  # events -> one part rendered alone, quantised
    MIX = "mix"  # stems -> the exact sum of a movement
    EXCERPT = "excerpt"  # stems -> their sum for a preview, before the master
    MASTER = "master"  # a mix -> the movement with its ceiling, as delivered
    PIECE = "piece"  # masters -> the whole piece with its gaps
    MEASURE = "measure"  # sound -> loudness, peaks and other numbers
    EVALUATE = "evaluate"  # takes and recordings -> how the takes stand beside the corpus
    FIGURE = "figure"  # sound or numbers -> a picture


@dataclass(frozen=True, slots=True)
class Action:
    """One step of the build: makes `target` from its inputs.

    `inputs` maps a role to the target that plays it, `stream` names the randomness, and `where`
    is the place in a score that asked for the action. `options` tell the action what must not
    change its result, such as where to look first. Target, roles' targets, `where` and `options`
    never enter a key.
    """

    target: str
    kind: Kind
    params: Mapping[str, Json]
    inputs: Mapping[str, str] = field(default_factory=dict)
    stream: str = ""
    where: Location | None = None
    options: Mapping[str, Json] = field(default_factory=dict)


@dataclass
class Graph:
    """Actions by target, and leaves: targets that are files, by path relative to the root.

    One that is not `is_permitted` is made without asking for consent, and is never built.
    """

    actions: dict[str, Action] = field(default_factory=dict)
    leaves: dict[str, str] = field(default_factory=dict)
    is_permitted: bool = True

    def add(self, action: Action) -> str:
        """Add `action` and return its target; two actions for one target are refused."""
        if action.target in self.actions:
            raise BuildError(f"two actions make {action.target!r}; rename one", action.where)
        self.actions[action.target] = action
        return action.target

    def add_leaf(self, path: str) -> str:
        """Add the file at `path` (relative to the root) and return its target."""
        target = LEAF + path
        self.leaves[target] = path
        return target

    def check(self) -> None:
        """BuildError when an input does not exist or actions depend on each other in a circle."""
        known = self.actions.keys() | self.leaves.keys()
        for action in self.actions.values():
            for role, source in action.inputs.items():
                if source not in known:
                    message = (
                        f"{action.target}: its input {role!r} is {source!r}, which no action makes"
                    )
                    raise BuildError(message, action.where)
        self.order()

    def check_permitted(self) -> None:
        """BuildError for a graph that was made without asking for consent."""
        if not self.is_permitted:
            raise BuildError(
                "this graph was made without asking for consent: nothing is built of it"
            )

    def consumers(self) -> dict[str, list[str]]:
        """For each target, the actions that read it, each once."""
        readers: dict[str, list[str]] = {target: [] for target in self.leaves}
        readers.update((target, []) for target in self.actions)
        for action in self.actions.values():
            # An action may read one target in two roles and still waits for it once.
            for source in set(action.inputs.values()):
                readers[source].append(action.target)
        return readers

    def made_inputs(self, action: Action) -> set[str]:
        """The inputs of `action` that other actions make."""
        return {source for source in action.inputs.values() if source not in self.leaves}

    def order(self) -> list[str]:
        """Targets of all actions, inputs first; among equals by name, however they were added."""
        readers = self.consumers()
        missing = {t: len(self.made_inputs(a)) for t, a in self.actions.items()}
        ready = [target for target, count in missing.items() if not count]
        heapify(ready)
        order = []
        while ready:
            order.append(heappop(ready))
            for reader in readers[order[-1]]:
                missing[reader] -= 1
                if not missing[reader]:
                    heappush(ready, reader)
        # What is in a circle, or behind one, never becomes ready.
        if len(order) < len(self.actions):
            raise self._circle({target for target, count in missing.items() if count})
        return order

    def needed(self, targets: Iterable[str]) -> Graph:
        """The part of the graph that `targets` are made from, themselves included."""
        part, todo = Graph(is_permitted=self.is_permitted), list(targets)
        while todo:
            target = todo.pop()
            if target in self.leaves:
                part.leaves[target] = self.leaves[target]
            elif target not in part.actions:
                if target not in self.actions:
                    raise BuildError(f"there is no target {target!r}")
                part.actions[target] = self.actions[target]
                todo.extend(self.actions[target].inputs.values())
        return part

    def kinds(self) -> Counter[Kind]:
        """How many actions there are of each kind."""
        return Counter(action.kind for action in self.actions.values())

    def __iter__(self) -> Iterator[Action]:
        return iter(self.actions.values())

    def __len__(self) -> int:
        return len(self.actions)

    def _circle(self, stuck: set[str]) -> BuildError:
        # Every stuck action waits for a stuck one or more, so walking inputs must meet itself.
        walk = [min(stuck)]
        while walk[-1] not in walk[:-1]:
            walk.append(min(self.made_inputs(self.actions[walk[-1]]) & stuck))
        circle = walk[walk.index(walk[-1]) :]
        text = " <- ".join(circle)
        where = self.actions[circle[0]].where
        return BuildError(f"these depend on each other in a circle: {text}", where)
