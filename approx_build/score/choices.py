"""Seeded choices: `{ choose: [a, b, c], weights: [2, 1, 1] }` in place of a value of an event.

A choice is drawn from a stream that is named by its place: the seed, the movement, the part, the
event and the field. So no other event and no other field changes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256

from approx_build.canonical import canonical
from approx_build.errors import Fault
from approx_build.numerics.stream import Stream
from approx_build.yaml_source import Source
from approx_build.yaml_source.messages import shown
from approx_build.yaml_source.node import Loc, Node, Value, dotted

MOST_OPTIONS = 1000
_KEYS = ("choose", "weights")


def chosen(source: Source, seed: int, movement: str) -> tuple[Source, list[Fault]]:
    """The movement with its choices made, and the faults of those that cannot be made.

    A node that is chosen keeps its position, so later faults are located at the option.
    """
    parts = source.root.children.get("parts")
    if parts is None:
        return source, []
    work = _Choices(source, Stream.named("choose", seed, movement))
    made = {name: work.part(str(name), part) for name, part in parts.children.items()}
    if all(made[name] is part for name, part in parts.children.items()):
        return source, work.faults
    root = source.root.updated({"parts": parts.updated(made)})
    # Without a value they would be reported again.
    return replace(source, root=root.without(work.empty)), work.faults


@dataclass
class _Choices:
    """Makes the choices of one movement."""

    source: Source
    stream: Stream
    faults: list[Fault] = field(default_factory=list)
    empty: list[Loc] = field(default_factory=list)
    """Events with a choice of nothing."""

    def part(self, name: str, part: Node) -> Node:
        events = part.children.get("events")
        if events is None:
            return part
        seen: dict[str, int] = {}
        made = dict[str | int, Node]()
        for index, event in events.children.items():
            loc: Loc = ("parts", name, "events", index)
            made[index] = self._event(name, event, loc, seen) if _has_choice(event) else event
        return part.updated({"events": events.updated(made)})

    def _event(self, part: str, event: Node, loc: Loc, seen: dict[str, int]) -> Node:
        identity = _identity(event.value)
        seen[identity] = seen.get(identity, 0) + 1
        stream = self.stream.child(part, identity, seen[identity])
        return self._node(event, loc, (), stream)

    def _node(self, node: Node, loc: Loc, path: Loc, stream: Stream) -> Node:
        """A node with the choices in it made; `path` is its place in the event."""
        while "choose" in node.children:
            node = self._option(node, loc, stream.child(dotted(path)))
            path = (*path, "choose")
        made = {
            step: self._node(child, (*loc, step), (*path, step), stream)
            for step, child in node.children.items()
        }
        return node.updated(made)

    def _option(self, node: Node, loc: Loc, stream: Stream) -> Node:
        options = node.children["choose"]
        weights = self._weights(node, loc)
        if not isinstance(options.value, list) or not options.value:
            self._fault((*loc, "choose"), f"needs a list of options, is {shown(options.value)}")
            self.empty.append(loc[:4])
            return Node(options.place, None)
        if len(options.value) > MOST_OPTIONS:
            self._fault((*loc, "choose"), f"takes at most {MOST_OPTIONS} options")
            return options.children[0]
        if weights is None:
            return options.children[stream.index(len(options.value))]
        return options.children[stream.choice(weights)]

    def _weights(self, node: Node, loc: Loc) -> list[float] | None:
        """The weights of a choice; None if all options are as likely."""
        for key in node.children:
            if key not in _KEYS:
                self._fault((*loc, key), "unknown field; a choice has 'choose' and 'weights'", True)
        if "weights" not in node.children:
            return None
        weights, options = node.children["weights"].value, node.children["choose"].value
        here = (*loc, "weights")
        if not isinstance(weights, list) or not all(map(_is_weight, weights)):
            self._fault(here, f"needs a list of numbers from 0.001 to 1000000, is {shown(weights)}")
        elif isinstance(options, list) and len(weights) != len(options):
            self._fault(here, f"needs a number for each option ({len(options)}, is {len(weights)})")
        else:
            return [float(weight) for weight in weights if isinstance(weight, int | float)]
        return None

    def _fault(self, loc: Loc, message: str, key: bool = False) -> None:
        self.faults.append(self.source.fault(loc, message, key))


def _is_weight(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0.001 <= value <= 1e6


def _identity(event: Value) -> str:
    """What names an event among those of its part: its id and seed, or all that is written."""
    if isinstance(event, dict) and isinstance(event.get("id"), str):
        return canonical([event["id"], event.get("seed")])
    return sha256(canonical(event).encode()).hexdigest()[:12]


def _has_choice(node: Node) -> bool:
    return "choose" in node.children or any(map(_has_choice, node.children.values()))
