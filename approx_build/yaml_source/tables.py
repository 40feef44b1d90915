"""Tables of fields: the fields of a model of the grammar as Markdown, from its JSON schema."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from approx_build.yaml_source.node import resolve

Schema = dict[str, Any]

_CHOICE = "#/$defs/Choice"
_WORDS = {
    "number": "number",
    "integer": "whole number",
    "string": "text",
    "boolean": "true or false",
    "null": "",
    "object": "named fields",
}


@dataclass(frozen=True)
class Tables:
    """Writes tables; models that are `sections` of the page become links."""

    sections: Sequence[str] = ()

    def table(self, schema: Schema, skip: Sequence[str] = ()) -> str:
        """The fields of a model: name, accepted values, default, meaning."""
        needed = schema.get("required", [])
        lines = ["| field | takes | if left out | says |", "|---|---|---|---|"]
        for name, field in schema["properties"].items():
            if name not in skip:
                default = "(needed)" if name in needed else _default(field.get("default"))
                cells = (f"`{name}`", self._takes(field), default, field.get("description", ""))
                lines.append(
                    f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
                )
        return "\n".join(lines) + "\n"

    def _takes(self, field: Schema) -> str:
        """What a field accepts, as text."""
        if "$ref" in field:
            return self._linked(field["$ref"].rpartition("/")[2].removesuffix("Ref"))
        if "anyOf" in field or "oneOf" in field:
            branches = field.get("anyOf") or field["oneOf"]
            # Every field of an event may be a choice: a rule of the page, not of each field.
            kinds = [self._takes(branch) for branch in branches if branch.get("$ref") != _CHOICE]
            return " or ".join(dict.fromkeys(kind for kind in kinds if kind))
        if "const" in field:
            return f"`{field['const']}`"
        if "enum" in field:
            return ", ".join(f"`{value}`" for value in field["enum"])
        if field.get("type") == ["number", "string"]:
            return "[time](#times)"
        if "patternProperties" in field:
            return f"{self._takes(next(iter(field['patternProperties'].values())))} by name"
        if field.get("type") == "array":
            return self._list(field)
        return _WORDS[field["type"]] + _bounds(field)

    def _list(self, field: Schema) -> str:
        items = field.get("items", {})
        if "prefixItems" in items:
            return "[breakpoints](#numbers-that-move)"
        return f"list of {self._takes(items)}" if items else "list"

    def _linked(self, name: str) -> str:
        """A model by name: a link to its section of the page, or named fields if it has none."""
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
        return f"[{words}](#{words.replace(' ', '-')})" if name in self.sections else "named fields"


def flow(value: object) -> str:
    """`value` in YAML's flow style."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key}: {flow(item)}' for key, item in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(item) for item in value)}]"
    is_word = isinstance(value, str) and re.fullmatch(r"[a-z]+", value) and resolve(value) == value
    return str(value) if is_word else json.dumps(value, ensure_ascii=False)


def quoted(text: str) -> str:
    """A text as a person writes it in YAML, quoted where necessary."""
    is_plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*/[A-Za-z0-9][A-Za-z0-9_.-]*", text)
    return text if is_plain else f'"{"".join(map(_escaped, text))}"'


def _escaped(letter: str) -> str:
    """A character between double quotes, as a number if it is invisible or cannot be typed."""
    number = ord(letter)
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _default(value: object) -> str:
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, dict):
        return ", ".join(f"`{key}: {flow(item)}`" for key, item in value.items())
    return f"`{flow(value)}`"


def _bounds(field: Schema) -> str:
    low, high = field.get("minimum"), field.get("maximum")
    if low is not None and high is not None:
        return f", {_plain(low)} to {_plain(high)}"
    words = {
        "above": field.get("exclusiveMinimum"),
        "from": low,
        "at most": high,
        "below": field.get("exclusiveMaximum"),
    }
    return "".join(
        f", {word} {_plain(bound)}"
        for word, bound in words.items()
        if bound is not None and bound < 2**53
    )


def _plain(bound: float) -> str:
    return str(int(bound)) if float(bound).is_integer() else f"{bound:g}"
