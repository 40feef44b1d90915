"""A value of a YAML text and the places it was written at."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from approx_build.source.scalars import Scalar

Value = Scalar | list["Value"] | dict[str, "Value"]
Loc = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, from 1."""


@dataclass(slots=True)
class Node:
    """One value: where it begins, what it holds, and where its keys stand.

    `weight` counts the values it stands for, each alias counted in full.
    """

    place: Place
    value: Value
    children: dict[str | int, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    weight: int = 1

    def nearest(self, loc: Loc) -> tuple[Node, int]:
        """The deepest node on the way to `loc`, and how many of its steps lead there."""
        node = self
        for depth, step in enumerate(loc):
            if step not in node.children:
                return node, depth
            node = node.children[step]
        return node, len(loc)


def dotted(loc: Loc) -> str:
    """`loc` as a reader writes it: `parts.foam.events[0].hold`."""
    text = ""
    for step in loc:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + _plain(step)
    return text


def _plain(key: str) -> str:
    return key if re.fullmatch(r"[\w<>-]{1,80}", key) else json.dumps(key[:80], ensure_ascii=False)
