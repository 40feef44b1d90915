"""A wrong name is reported once, with all its places and corrections."""

from __future__ import annotations

from approx_build.errors import MOST_FOUND
from approx_build.score.occurrences import Occurrences
from approx_build.yaml_source import source_of
from approx_build.yaml_source.corrections import Advice

FOG = source_of("a: erly\nb: [erly, erly]\nc: other\n", "fog.yaml")
SAND = source_of("d: erly\n", "sand.yaml")


def test_equal_messages_are_one_fault_with_all_places() -> None:
    found = Occurrences()
    for source, loc in ((FOG, ("a",)), (FOG, ("b", 0)), (FOG, ("b", 1)), (SAND, ("d",))):
        found.add(source, loc, Advice("unknown take 'erly'; did you mean 'early'?", "early"))
    found.add(FOG, ("c",), "unknown take 'other'")
    first, second = found.faults()
    assert str(first).startswith(
        "fog.yaml:1:4: a: unknown take 'erly'; did you mean 'early'?; "
        "also used on line 2, at sand.yaml:1:4\n"
    )
    assert [(e.where.path, e.where.line, e.where.column) for e in first.edits] == [
        *(("fog.yaml", line, column) for line, column in ((1, 4), (2, 5), (2, 11))),
        ("sand.yaml", 1, 4),
    ]
    assert {(e.wrong, e.right) for e in first.edits} == {("erly", "early")}
    assert second.message == "c: unknown take 'other'"
    assert second.edits == ()


def test_thousands_of_places_are_not_listed() -> None:
    found = Occurrences()
    source = source_of("a: [" + "x, " * 3000 + "x]\n", "long.yaml")
    lines = source_of("".join(f"k{n}: x\n" for n in range(100)), "lines.yaml")
    for index in range(3000):
        found.add(source, ("a", index), "unknown x")
    for index in range(100):
        found.add(lines, (f"k{index}",), "unknown y")
    first, second = found.faults()
    assert first.message == "a[0]: unknown x; also used on line 1"
    assert second.message.endswith("on line 13 and 87 more")
    assert MOST_FOUND < 3000
