"""The generated parts of docs/score.md: tables of fields, the operations, the ways of takes.

In the page `<!-- fields: Take -->` … `<!-- end -->` holds the table of a model of the grammar,
`<!-- operations -->` … `<!-- end -->` every operation that is installed with approx-build, and
`<!-- ways -->` … `<!-- end -->` every way of making takes.
`python -m approx_build.score.docs` writes the page again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from inspect import cleandoc
from pathlib import Path

from approx_build.families.base import FAMILIES
from approx_build.ops.base import OPS, GrainOp
from approx_build.registry import is_foreign
from approx_build.score.json_schema import Schema, json_schema
from approx_build.ways.base import WAYS, Way
from approx_build.yaml_source.tables import Tables, flow

PAGE = Path("docs/score.md")
_BLOCK = re.compile(r"<!-- (fields: (\w+)|operations|ways) -->\n.*?<!-- end -->", re.DOTALL)
_SECTIONS = (
    "Take",
    "Sound",
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
_TABLES = Tables((*_SECTIONS, *(way.__name__ for way in WAYS)))


def filled(page: str) -> str:
    """`page` with its generated parts written again."""
    defs = json_schema()["$defs"]

    def block(found: re.Match[str]) -> str:
        kind, name = found.groups()
        body = _model(defs[name]) if name else _PARTS[kind](defs)
        return f"<!-- {kind} -->\n{body}<!-- end -->"

    return _BLOCK.sub(block, page)


def _model(schema: Schema) -> str:
    """The table of a model, without the operations that are fields of an event."""
    # A source may also be a bare name; the fields come last.
    fields = schema if "properties" in schema else schema["anyOf"][-1]
    return _TABLES.table(fields, skip=OPS.names())


def operations(defs: Mapping[str, Schema]) -> str:
    """Every operation of this package: what it does, an example, its fields."""
    texts = []
    for name in OPS.names():
        cls = OPS.get(name)
        # What happens to be installed here must not change the page of this package.
        if is_foreign(cls):
            continue
        schema = defs[f"through.{name}"]
        fields = _TABLES.table(schema) if schema["properties"] else "It has no fields of its own.\n"
        about = schema.get("description", "").strip()
        sources = "any number of sources" if cls.many else "one source"
        texts.append(
            f"### {name}\n\n{about}\n\nTakes {sources}.\n\n{_example(name, cls)}{fields}\n"
        )
    return "\n" + "".join(texts)


def ways(defs: Mapping[str, Schema]) -> str:
    """Every way of this package: what the take is, which families support it, its fields."""
    own = [way for way in WAYS if not is_foreign(way)]
    lines = ["| way | the field holds | supported by | example |", "|---|---|---|---|"]
    for way in own:
        example = f"`{way.way}: {flow(way.example)}`"
        lines.append(
            f"| [`{way.way}`](#{way.way}) | {way.about} | {_supporters(way)} | {example} |"
        )
    texts = [
        f"### {way.way}\n\n{cleandoc(way.__doc__ or '')}\n\n{_TABLES.table(defs[way.__name__])}\n"
        for way in own
    ]
    return "\n" + "\n".join(lines) + "\n\n" + "".join(texts)


def _supporters(way: type[Way]) -> str:
    """The families of this package whose networks support a way."""
    own = (family for family in FAMILIES if not is_foreign(family))
    return ", ".join(FAMILIES.name_of(family) for family in own if way.way in family.ways)


_PARTS = {"operations": operations, "ways": ways}


def _example(name: str, cls: type[GrainOp]) -> str:
    parameters = {"from": "fog", **getattr(cls, "example", {})}
    written = ", ".join(f"{key}: {flow(value)}" for key, value in parameters.items())
    return f"```yaml\n- {{ at: 0, {name}: {{ {written} }} }}\n```\n\n"


def main(path: Path = PAGE) -> None:
    """Write the page at `path` again."""
    path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
