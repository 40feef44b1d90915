"""The generated parts of docs/score.md: tables of fields, the operations, the ways of takes.

In the page `<!-- fields: Take -->` … `<!-- end -->` holds the table of a model of the grammar,
`<!-- operations -->` … `<!-- end -->` every operation that is installed with approx-build, and
`<!-- ways -->` … `<!-- end -->` every way of making takes, `<!-- times -->` … `<!-- end -->` the
forms of times.
`python -m approx_build.score.docs` writes the page again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from inspect import cleandoc
from pathlib import Path

from approx_build.families.base import FAMILIES
from approx_build.metric.time import duration, moment
from approx_build.ops.base import OPS, GrainOp
from approx_build.registry import is_foreign
from approx_build.score.generators.base import GENERATORS, Generator
from approx_build.score.json_schema import Schema, json_schema
from approx_build.ways.base import WAYS, Way
from approx_build.yaml_source.node import resolve
from approx_build.yaml_source.tables import Tables, flow

PAGE = Path("docs/score.md")
TIMES = (
    (("12.5",), "seconds"),
    (('"1:23.5"', '"1:02:03"'), "minutes and seconds; hours, minutes and seconds"),
    (("bar 9",), "the first beat of bar 9; bars and beats count from 1"),
    (("bar 9.3",), "bar 9, beat 3"),
    (("bar 9.3.5", "bar 9.3+1/3"), "half a beat, a third of a beat after beat 3"),
    (("B",), "where [section](#sections) B begins"),
    (("B + 2 bars", "bar 9 - 1/8"), "a moment some length later, or earlier"),
    (("2 bars", "1.5 beats", "2/3 beats"), "bars and beats of the meter"),
    (("1/8", "3/16", "1/12"), "note values: an eighth, a dotted eighth, an eighth of a triplet"),
    (("1 bar + 1/4",), "one length after the other"),
)
"""How times are written, and what each form means."""

_BLOCK = re.compile(
    r"<!-- (fields: (\w+)|operations|ways|generators|times) -->\n.*?<!-- end -->", re.DOTALL
)
_SECTIONS = (
    "Take",
    "Sound",
    "SectionRepeat",
    "SectionVariation",
    "Part",
    "Event",
    "Composition",
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
    """The table of a model, without operations and generators that are fields of it."""
    # A source may also be a bare name; the fields come last.
    fields = schema if "properties" in schema else schema["anyOf"][-1]
    return _table(fields)


def _table(schema: Schema) -> str:
    """The fields of a model, without operations, generators and lengths in place of seconds."""
    names = schema["properties"]
    # One rule of the page for all of them, not a line for each.
    lengths = [name for name in names if f"{name}_s" in names]
    return _TABLES.table(schema, skip=[*OPS.names(), *GENERATORS.names(), *lengths])


def operations(defs: Mapping[str, Schema]) -> str:
    """Every operation of this package: what it does, an example, its fields."""
    texts = []
    for name in OPS.names():
        cls = OPS.get(name)
        # What happens to be installed here must not change the page of this package.
        if is_foreign(cls):
            continue
        schema = defs[f"through.{name}"]
        fields = _table(schema) if schema["properties"] else "It has no fields of its own.\n"
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
            f"| [`{way.way}`](#{way.way}) | {way.about} | {_supporting_families(way)} | {example} |"
        )
    texts = [
        f"### {way.way}\n\n{cleandoc(way.__doc__ or '')}\n\n{_table(defs[way.__name__])}\n"
        for way in own
    ]
    return "\n" + "\n".join(lines) + "\n\n" + "".join(texts)


def generators(defs: Mapping[str, Schema]) -> str:
    """Every generator of this package: what it writes, an example, its fields."""
    texts = []
    for cls in GENERATORS:
        if is_foreign(cls):
            continue
        name = cls.generator
        about = cleandoc(cls.__doc__ or "")
        tables = [_table(defs[f"compose.{name}"])]
        for field, model in cls.inner.items():
            title = f"#### {name}: {field}\n\n{cleandoc(model.__doc__ or '')}\n\n"
            tables.append(f"{title}{_table(defs[model.__name__])}")
        texts.append(f"### {name}\n\n{about}\n\n{_composed(name, cls)}{chr(10).join(tables)}\n")
    return "\n" + "".join(texts)


def _composed(name: str, cls: type[Generator]) -> str:
    entry = f"{{ at: 1, {name}: {flow(cls.example)} }}"
    return f"```yaml\nparts:\n  p:\n    compose:\n      - {entry}\n```\n\n"


def _supporting_families(way: type[Way]) -> str:
    """The families of this package whose networks support a way."""
    own = (family for family in FAMILIES if not is_foreign(family))
    return ", ".join(FAMILIES.name_of(family) for family in own if way.way in family.ways)


def times(defs: Mapping[str, Schema]) -> str:
    """Every form of a time: whether it is a moment, a length or both, and what it means."""
    lines = ["| written | when | how long | means |", "|---|---|---|---|"]
    for examples, meaning in TIMES:
        values = [yaml_value(example) for example in examples]
        uses = ["✓" if all(_is_read(read, value) for value in values) else "" for read in _READERS]
        cells = (", ".join(f"`{each}`" for each in examples), *uses, meaning)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


_READERS = (moment, duration)


def yaml_value(text: str) -> object:
    """A time as YAML reads it."""
    return text.strip('"') if text.startswith('"') else resolve(text)


def _is_read(read: Callable[[object], object], value: object) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


_PARTS = {"operations": operations, "ways": ways, "generators": generators, "times": times}


def _example(name: str, cls: type[GrainOp]) -> str:
    parameters = {"from": "fog", **getattr(cls, "example", {})}
    written = ", ".join(f"{key}: {flow(value)}" for key, value in parameters.items())
    return f"```yaml\n- {{ at: 0, {name}: {{ {written} }} }}\n```\n\n"


def main(path: Path = PAGE) -> None:
    """Write the page at `path` again."""
    path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
