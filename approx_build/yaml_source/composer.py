"""Composer: YAML events to plain values with positions, and every structural fault of the text.

libyaml produces the events, through ruamel.yaml's C parser; no object is constructed from a tag.
Aliases share their node, so exploding anchors are counted and never expanded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from ruamel.yaml import events as yaml
from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]

from approx_build.errors import Edit, Fault, Location
from approx_build.yaml_source.node import Loc, Node, Place, Value, dotted, resolve

LIMIT_VALUES = 250_000
"""Largest number of values, aliases counted in full. Ten thousand events have 150 000."""
# Each level is four calls deep here, and Python allows a thousand.
LIMIT_DEPTH = 100
LIMIT_FAULTS = 50

_EMPTY = "the file is empty"

Event = Any
"""An event of ruamel.yaml, whose classes have no type annotations."""

_CORE = "tag:yaml.org,2002:"
_NUMERIC: dict[str, tuple[type, ...]] = {
    f"{_CORE}int": (int,),
    f"{_CORE}float": (int, float),
    f"{_CORE}bool": (bool,),
    f"{_CORE}null": (type(None),),
}


@dataclass
class Allowance:
    """How many values may still be read from one text, or from several that are read together."""

    left: int = LIMIT_VALUES
    is_shared: bool = False

    @property
    def refusal(self) -> str:
        """The message when the allowance is used up."""
        limit = f"more than {LIMIT_VALUES:,} values".replace(",", " ")
        together = "with the files before it, " if self.is_shared else ""
        return f"{together}{limit}, anchors counted in full"


class StopError(Exception):
    """Reading cannot continue; the fault is already noted."""


class Composer:
    """Reads one document. `faults` contains all faults found, in the order of the text."""

    def __init__(self, text: str, shown: str, allowance: Allowance | None = None) -> None:
        self.shown = shown
        self.faults: list[Fault] = []
        self._parser = CParser(text)
        self._anchors: dict[str, Node | None] = {}
        self._trail: list[str | int] = []
        self._weight = 0
        self._allowance = allowance or Allowance()
        self._before: Event = None
        """The scalar that was read last, if nothing but a scalar came after it."""

    def document(self) -> Node | None:
        """The only document of the text, or None if `faults` explains why there is none."""
        self._next()
        start = self._next()
        if isinstance(start, yaml.StreamEndEvent):
            self._fault((1, 1), _EMPTY)
            return None
        try:
            root = self._node(self._next())
            self._next()
            after = self._next()
            if isinstance(after, yaml.DocumentStartEvent):
                self._fault(_place(after), "a second document begins here; a file holds one")
        except StopError:
            return None
        # A text that contains only comments, or only `---`, is one empty value.
        if root.value is None and not self.faults:
            self._fault((1, 1), _EMPTY)
            return None
        return root

    def _next(self) -> Event:
        return self._parser.get_event()

    def _fault(
        self, place: Place, message: str, trail: Loc = (), wrong: str = "", right: str = ""
    ) -> None:
        # One mistake may cause thousands of faults, which nobody reads.
        if len(self.faults) < LIMIT_FAULTS:
            where = dotted((*self._trail, *trail))
            text = f"{where}: {message}" if where else message
            at = Location(self.shown, *place)
            edits = (Edit(at, wrong, right),) if right else ()
            self.faults.append(Fault(at, text, edits=edits))

    def _count(self, place: Place, weight: int) -> None:
        self._weight += weight
        self._allowance.left -= weight
        if self._allowance.left < 0:
            self._fault(place, self._allowance.refusal)
            raise StopError

    def _inside(self, step: str | int, event: Event) -> Node:
        """The node that begins with `event`, at `step` of its parent."""
        self._trail.append(step)
        node = self._node(event)
        self._trail.pop()
        return node

    def _node(self, event: Event) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        self._count(_place(event), 1)
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
        else:
            node = self._container(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: Event) -> Node:
        place, name = _place(event), event.anchor
        if name not in self._anchors:
            message = f"no anchor '&{name}' before this alias; write {name} without '*', or text "
            self._fault(place, f'{message}in quotes: "*{name}"')
            return Node(place, None)
        node = self._anchors[name]
        if node is None:
            self._fault(place, f"alias '*{name}' is inside its own anchor")
            return Node(place, None)
        # Ten aliases of ten aliases …: counted in full, they exceed the limit before they use
        # memory.
        self._count(place, node.weight)
        # Faults of the value are then reported at the place where it is used.
        return replace(node, place=place)

    def _container(self, event: Event) -> Node:
        place, before = _place(event), self._weight
        if len(self._trail) >= LIMIT_DEPTH:
            self._fault(place, f"nested more than {LIMIT_DEPTH} deep")
            raise StopError
        if event.anchor is not None:
            # None marks an anchor whose value is not complete: an alias inside would be endless.
            self._anchors[event.anchor] = None
        is_list = isinstance(event, yaml.SequenceStartEvent)
        if event.tag not in (None, "!", f"{_CORE}{'seq' if is_list else 'map'}"):
            self._unknown_tag(event)
        node = self._sequence(place) if is_list else self._mapping(place)
        node.weight = 1 + self._weight - before
        return node

    def _decimal(self, key: Event, node: Node) -> bool:
        """Whether `key` is the rest of a number with a decimal comma, as in `{ rate_hz: 6,5 }`.

        Then it is a fault, and the number is read as it was meant.
        """
        before = self._before
        if not (
            isinstance(key, yaml.ScalarEvent)
            and node.children
            and before is not None
            and re.fullmatch("[0-9]{1,12}", key.value)
            and re.fullmatch("[+-]?[0-9]{1,12}", before.value)
            # Only a comma is between them.
            and before.end_mark.line == key.start_mark.line
            and before.end_mark.column + 1 == key.start_mark.column
        ):
            return False
        name, last = list(node.children.items())[-1]
        wrong, right = f"{before.value},{key.value}", f"{before.value}.{key.value}"
        whole = before.value + key.value
        is_certain = len(key.value) != 3 or before.value in ("0", "-0")
        also = "" if is_certain else f" or {whole}"
        words = f"a decimal has a point, because a comma begins the next field; write {right}{also}"
        self._fault(last.place, words, (name,), wrong, right if is_certain else "")
        node.children[name] = replace(last, value=float(right if is_certain else whole))
        return True

    def _sequence(self, place: Place) -> Node:
        node = Node(place, [], {})
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            index = len(node.children)
            node.children[index] = self._inside(index, event)
        node.value = [child.value for child in node.children.values()]
        return node

    def _mapping(self, place: Place) -> Node:
        node, merged = Node(place, {}, {}, {}), list[Node]()
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if self._decimal(event, node):
                self._inside("?", self._next())
                continue
            key = self._key(event, node)
            # Read even after a faulty key, so that its own faults are found in the same run.
            child = self._inside("?" if key is None else key, self._next())
            # A quoted "<<" is an ordinary key.
            if key == "<<" and not event.style:
                merged += self._merges(child)
            elif key is not None and key not in node.children:
                node.children[key], node.keys[key] = child, _place(event)
        # After all own keys, because own keys override merged ones wherever `<<` is written.
        for source in merged:
            for name, child in source.children.items():
                if name not in node.children:
                    node.children[name] = child
                    node.keys[str(name)] = source.keys[str(name)]
        node.value = {str(key): child.value for key, child in node.children.items()}
        return node

    def _key(self, event: Event, node: Node) -> str | None:
        place = _place(event)
        is_scalar = isinstance(event, yaml.ScalarEvent | yaml.AliasEvent)
        read = self._node(event) if is_scalar else self._inside("?", event)
        if not isinstance(read.value, str):
            hint = "a key must be text"
            if isinstance(event, yaml.ScalarEvent) and re.match("[0-9-]", event.value):
                hint += f"; put {event.value[:40]} in quotes, or write pairs as [[0, 1], [2, 3]]"
            elif not read.children and isinstance(event, yaml.ScalarEvent):
                hint += f"; put {event.value[:40] or 'it'} in quotes"
            self._fault(place, hint)
            return None
        if read.value in node.keys:
            first = node.keys[read.value][0]
            message = f"written twice; first on line {first}"
            # The first field again, in an item of a list: the next item has no `- `.
            if place[0] != first and self._is_next_item(read.value, node):
                message += "; if the next item of a list begins here, write '- ' before it"
            self._fault(place, message, (read.value,))
        return read.value

    def _is_next_item(self, key: str, node: Node) -> bool:
        """Whether `key`, written again, is the first of the fields of an item of a list."""
        inside = self._trail[-1] if self._trail else ""
        return isinstance(inside, int) and key == next(iter(node.keys))

    def _merges(self, child: Node) -> list[Node]:
        sources = list(child.children.values()) if isinstance(child.value, list) else [child]
        if all(isinstance(source.value, dict) for source in sources):
            return sources
        self._fault(child.place, "can only merge fields, as in '<<: *anchor'", ("<<",))
        return []

    def _scalar(self, event: Event) -> Node:
        place, tag = _place(event), event.tag
        self._before = None if event.style else event
        # Quoted text is always text; only plain scalars can be numbers or truth values.
        if event.style or tag in ("!", f"{_CORE}str"):
            if tag not in (None, "", "!", f"{_CORE}str"):
                self._unknown_tag(event)
            return Node(place, event.value)
        try:
            value: Value = resolve(event.value)
        except ValueError as error:
            self._fault(place, str(error))
            # A number in its place: validation must not report the same value a second time.
            return Node(place, 0)
        if tag and not (tag in _NUMERIC and type(value) in _NUMERIC[tag]):
            self._unknown_tag(event)
        return Node(place, value)

    def _unknown_tag(self, event: Event) -> None:
        tag = event.tag.replace(_CORE, "!!")[:40]
        message = f"tag '{tag}' is not supported; remove it, or put quotes around the text"
        self._fault(_place(event), message)


def _place(event: Event) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1
