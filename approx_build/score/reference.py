"""The generated parts of docs/score.md: tables of fields, and the operations.

In the page `<!-- fields: Take -->` … `<!-- end -->` holds the table of a model of the grammar,
and `<!-- operations -->` … `<!-- end -->` every operation that is installed with approx-build.
`python -m approx_build.score.reference` writes the page again.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from approx_build.ops.base import OPS, GrainOp
from approx_build.score.json_schema import Schema, json_schema

PAGE = Path("docs/score.md")
_BLOCK = re.compile(r"<!-- (fields: (\w+)|operations) -->\n.*?<!-- end -->", re.DOTALL)
_SECTIONS = (
    "Take",
    "Prime",
    "Part",
    "Event",
    "Source",
    "Operation",
    "Cue",
    "Expectation",
    "Output",
    "TempoMark",
    "MeterMark",
)
_WORDS = {
    "number": "number",
    "integer": "whole number",
    "string": "text",
    "boolean": "true or false",
    "null": "",
    "object": "named fields",
}


def filled(page: str) -> str:
    """`page` with its generated parts written again."""
    defs = json_schema()["$defs"]

    def block(found: re.Match[str]) -> str:
        kind, name = found.groups()
        body = _model(defs[name]) if name else operations(defs)
        return f"<!-- {kind} -->\n{body}<!-- end -->"

    return _BLOCK.sub(block, page)


def _model(schema: Schema) -> str:
    """The table of a model, without the operations that are fields of an event."""
    fields = schema if "properties" in schema else schema["anyOf"][-1]
    return table(fields, skip=OPS.names())


def table(schema: Schema, skip: Sequence[str] = ()) -> str:
    """The fields of a model as a table: name, what it takes, default, meaning."""
    needed = schema.get("required", [])
    lines = ["| field | takes | if left out | says |", "|---|---|---|---|"]
    for name, field in schema["properties"].items():
        if name not in skip:
            default = "(needed)" if name in needed else _default(field.get("default"))
            cells = (f"`{name}`", _takes(field), default, field.get("description", ""))
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def operations(defs: Mapping[str, Schema]) -> str:
    """Every operation of this package: what it does, an example, its fields."""
    texts = []
    for name in OPS.names():
        cls = OPS.get(name)
        if not cls.__module__.startswith("approx_build."):
            continue
        schema = defs[f"through.{name}"]
        fields = table(schema) if schema["properties"] else "It has no fields of its own.\n"
        about = schema.get("description", "").strip()
        sources = "any number of sources" if cls.many else "one source"
        texts.append(
            f"### {name}\n\n{about}\n\nTakes {sources}.\n\n{_example(name, cls)}{fields}\n"
        )
    return "\n" + "".join(texts)


def _example(name: str, cls: type[GrainOp]) -> str:
    parameters = {"from": "fog", **getattr(cls, "example", {})}
    written = ", ".join(f"{key}: {_yaml(value)}" for key, value in parameters.items())
    return f"```yaml\n- {{ at: 0, {name}: {{ {written} }} }}\n```\n\n"


def _yaml(value: object) -> str:
    """`value` in YAML's flow style."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key}: {_yaml(item)}' for key, item in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_yaml(item) for item in value)}]"
    is_word = isinstance(value, str) and re.fullmatch(r"[a-z]+", value)
    return str(value) if is_word else json.dumps(value, ensure_ascii=False)


def _default(value: object) -> str:
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, dict):
        return ", ".join(f"`{key}: {_yaml(item)}`" for key, item in value.items())
    return f"`{_yaml(value)}`"


def _takes(field: Schema) -> str:
    """What a field accepts, in words."""
    if "$ref" in field:
        return _linked(field["$ref"].rpartition("/")[2].removesuffix("Ref"))
    if "anyOf" in field or "oneOf" in field:
        kinds = [_takes(branch) for branch in field.get("anyOf") or field["oneOf"]]
        return " or ".join(dict.fromkeys(kind for kind in kinds if kind))
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == ["number", "string"]:
        return "[time](#times)"
    if "patternProperties" in field:
        return f"{_takes(next(iter(field['patternProperties'].values())))} by name"
    if field.get("type") == "array":
        return _list(field)
    return _WORDS[field["type"]] + _bounds(field)


def _list(field: Schema) -> str:
    items = field.get("items", {})
    if "prefixItems" in items:
        return "[breakpoints](#numbers-that-move)"
    return f"list of {_takes(items)}" if items else "list"


def _linked(name: str) -> str:
    """A model by name: its section of the page, or named fields where it has none."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return f"[{words}](#{words.replace(' ', '-')})" if name in _SECTIONS else "named fields"


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


def main(path: Path = PAGE) -> None:
    """Write the page at `path` again."""
    path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
