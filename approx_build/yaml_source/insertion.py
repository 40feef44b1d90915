"""Insertion: adds a mapping to a YAML text and leaves everything else in it unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node


def inserted(text: str, section: str, name: str, pairs: Mapping[str, str | int]) -> str:
    """`text` with `pairs` as the mapping `name` of the top-level `section`.

    If the mapping exists, its values are replaced. ValueError when the text has no such section, or
    when its form does not allow additions.
    """
    above = _below(YAML(typ="rt", pure=True).compose(text), section)
    if above is None or not above.value:
        raise ValueError(f"there is no section {section!r}")
    old = next((value for key, value in above.value if key.value == name), None)
    if old is None:
        changed = _added(text, above, name, pairs)
    elif isinstance(old, MappingNode) and {key.value for key, _ in old.value} == pairs.keys():
        changed = _replaced(text, {v: pairs[key.value] for key, v in old.value})
    else:
        changed = _replaced(text, {old: _flow(pairs)})
    # YAML has more forms than are treated here, so the result is read again before it is used.
    found = YAML(typ="safe", pure=True).load(changed)
    if found[section][name] != dict(pairs):
        raise ValueError(f"{name!r} cannot be written into {section!r}")
    return changed


def _below(node: Node | None, name: str) -> MappingNode | None:
    pairs = node.value if isinstance(node, MappingNode) else []
    return next((v for k, v in pairs if k.value == name and isinstance(v, MappingNode)), None)


def _added(text: str, above: MappingNode, name: str, pairs: Mapping[str, str | int]) -> str:
    """The pair written before all others, on a line of its own if the others have one."""
    first = above.value[0][0].start_mark
    pair = f"{name}: {_flow(pairs)}"
    if above.flow_style:
        return f"{text[: first.index]}{pair}, {text[first.index :]}"
    # Comments above the first of the others stay with it.
    lines = text[: first.index].split("\n")
    while lines[-2].lstrip().startswith("#") or not lines[-2].strip():
        lines[-2:] = [f"{lines[-2]}\n{lines[-1]}"]
    head = "\n".join(lines[:-1])
    return f"{head}\n{' ' * first.column}{pair}{text[len(head) :]}"


def _replaced(text: str, values: Mapping[Node, Any]) -> str:
    """Values written over those of nodes, the last first, so that positions stay valid."""
    for node in sorted(values, key=lambda node: node.start_mark.index, reverse=True):
        start, end = node.start_mark.index, node.end_mark.index
        written = text[start:end]
        # The end of a block value is after its line break, which must stay.
        tail = written[len(written.rstrip()) :]
        text = f"{text[:start]}{values[node]}{tail}{text[end:]}"
    return text


def _flow(pairs: Mapping[str, str | int]) -> str:
    fields = ", ".join(f"{key}: {_plain(value)}" for key, value in pairs.items())
    return f"{{ {fields} }}"


def _plain(value: str | int) -> str:
    """A value as YAML: letters, digits and dashes as they are, other text quoted."""
    text = str(value)
    is_name = isinstance(value, str) and text.replace("-", "a").isalnum() and text[:1].isalpha()
    return text if isinstance(value, int) or is_name else json.dumps(value, ensure_ascii=False)
