"""Parts that are like others: `like: PART` takes all fields that are not written again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from approx_build.errors import Fault
from approx_build.yaml_source import Source, choices
from approx_build.yaml_source.messages import shown
from approx_build.yaml_source.node import Node, Value

MOST_IN_A_ROW = 50
_FIRST = re.compile(r"[a-z0-9][a-z0-9_-]*(?!/)(?![a-z0-9_-])")


def filled(source: Source) -> tuple[Source, list[Fault]]:
    """The movement with what its parts take from others, and the faults of `like`.

    Nodes keep their positions, so a fault in a field that was taken is located where it is written.
    """
    parts = source.root.children.get("parts")
    if parts is None or not isinstance(parts.value, dict):
        return source, []
    faults, whole = list[Fault](), dict[str | int, Node]()
    for name in parts.children:
        _fill(str(name), (), source, parts, whole, faults)
    if all(whole[str(name)] is part for name, part in parts.children.items()):
        return source, faults
    root = source.root.updated({"parts": parts.updated(whole)})
    return replace(source, root=root), faults


def with_part_names(source: Source) -> Source:
    """The movement, the part written before the id where `after` names an event of its own part."""
    parts = source.root.children.get("parts")
    if parts is None:
        return source
    made = {name: _named(str(name), part) for name, part in parts.children.items()}
    return replace(source, root=source.root.updated({"parts": parts.updated(made)}))


def _fill(
    name: str,
    above: tuple[str, ...],
    source: Source,
    parts: Node,
    whole: dict[str | int, Node],
    faults: list[Fault],
) -> Node:
    """The part `name`, filled; `above` are the parts that are being filled from it."""
    if name in whole:
        return whole[name]
    part = parts.children[name]
    if "like" in part.children:
        other, message = part.children["like"].value, ""
        if not isinstance(other, str) or other not in parts.children:
            known = [str(each) for each in parts.children if each != name]
            message = f"unknown part {shown(other)}{choices(str(other), known)}"
        elif other in (*above, name):
            message = "parts are like each other in a circle: "
            message += " → ".join([*above, name, other])
        elif len(above) >= MOST_IN_A_ROW:
            message = f"more than {MOST_IN_A_ROW} parts are like each other in a row"
        if message:
            faults.append(source.fault(("parts", name, "like"), message))
            taken: Mapping[str | int, Node] = {}
        else:
            taken = _fill(str(other), (*above, name), source, parts, whole, faults).children
        # A name that is wrong is reported here, and not again where the part is read.
        own = {k: child for k, child in part.children.items() if not message or k != "like"}
        children = {**taken, **own}
        values: Value = {str(key): child.value for key, child in children.items()}
        part = replace(part, value=values, children=children)
    whole[name] = part
    return part


def _named(name: str, part: Node) -> Node:
    """The part, its events that begin after one of its own with its name before the id."""
    events = part.children.get("events")
    if events is None or not isinstance(events.value, list):
        return part
    ids = {each.get("id") for each in events.value if isinstance(each, dict)}
    made = dict[str | int, Node]()
    for index, event in events.children.items():
        after = event.children.get("after")
        found = _FIRST.match(after.value) if after and isinstance(after.value, str) else None
        if after and found and found[0] in ids:
            node = replace(after, value=f"{name}/{after.value}")
            made[index] = event.updated({"after": node})
    return part.updated({"events": events.updated(made)}) if made else part
