from __future__ import annotations

import pytest

from approx_build.yaml_source.composer import Composer
from approx_build.yaml_source.node import Node, Value
from tests.effort import assert_costs_at_most


def composed(text: str) -> Node:
    composer = Composer(text, "a.yaml")
    root = composer.document()
    assert not composer.faults, composer.faults
    assert root is not None
    return root


def faults(text: str) -> list[str]:
    composer = Composer(text, "a.yaml")
    composer.document()
    return [str(fault).removeprefix("a.yaml:") for fault in composer.faults]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: [1, '1', x, {b: }]", {"a": [1, "1", "x", {"b": None}]}),
        (
            "a: !!str 12\nb: !!float 1\nc: !!map {}\nd: !!seq []",
            {"a": "12", "b": 1, "c": {}, "d": []},
        ),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
        ("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}", {"a": {"p": 1, "q": 2}, "b": {"p": 1, "q": 3}}),
        ("a: &x {p: 1}\nb: {p: 0, <<: *x}", {"a": {"p": 1}, "b": {"p": 0}}),
        (
            "a: &x {p: 1}\nb: &y {p: 2, q: 3}\nc: {<<: [*x, *y]}",
            {"a": {"p": 1}, "b": {"p": 2, "q": 3}, "c": {"p": 1, "q": 3}},
        ),
        ('"<<": 1', {"<<": 1}),
        ("note: |\n  one\n  two\n", {"note": "one\ntwo\n"}),
    ],
)
def test_text_becomes_plain_values(text: str, value: Value) -> None:
    assert composed(text).value == value


def test_every_value_and_key_has_a_position() -> None:
    root = composed("a: 1\nb:\n  - x\n  - {c: 2}\n")
    assert root.keys == {"a": (1, 1), "b": (2, 1)}
    assert root.children["b"].children[1].keys == {"c": (4, 6)}
    assert root.children["b"].children[1].children["c"].place == (4, 9)


def test_an_alias_is_where_it_is_used_and_its_fields_where_they_are_written() -> None:
    root = composed("a: &x {p: 1}\nb: *x\nc:\n  <<: *x\n")
    assert root.children["b"].place == (2, 4)
    assert root.children["b"].children["p"].place == (1, 11)
    assert root.children["c"].keys == {"p": (1, 8)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1:1: the file is empty"]),
        ("# nothing\n", ["1:1: the file is empty"]),
        ("---\n", ["1:1: the file is empty"]),
        ("a:\n  b: 1\n  b: 2", ["3:3: a.b: written twice; first on line 2"]),
        (
            "a: 1\n1: 2",
            ["2:1: a key must be text; put 1 in quotes, or write pairs as [[0, 1], [2, 3]]"],
        ),
        ("a: {[x]: 2}", ["1:5: a: a key must be text"]),
        ("a: !python/object {}", ["1:4: a: tag '!python/object' is not supported; remove it"]),
        ("a: !!int x", ["1:4: a: tag '!!int' is not supported; remove it"]),
        ("a: !!binary aGk=", ["1:4: a: tag '!!binary' is not supported; remove it"]),
        ("a: *b", ["1:4: a: no anchor '&b' before this alias"]),
        ("a: &b [1, *b]", ["1:11: a[1]: alias '*b' is inside its own anchor"]),
        ("a: 1\n---\nb: 1", ["2:1: a second document begins here; a file holds one"]),
        ("a: {<<: 3}", ["1:9: a.<<: can only merge fields, as in '<<: *anchor'"]),
        ("a: .inf", ["1:4: a: .inf is not a finite number"]),
        (
            "a: 1\na: 2\nb: *c",
            ["2:1: a: written twice; first on line 1", "3:4: b: no anchor '&c' "],
        ),
    ],
)
def test_every_fault_of_structure_is_located(text: str, expected: list[str]) -> None:
    found = faults(text)
    assert len(found) == len(expected)
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start)


def test_anchors_that_explode_cost_little_more_than_plain_text() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    [fault] = faults("\n".join(lines))
    plain = "\n".join(f"b{n}: [{', '.join(['x'] * 10)}]" for n in range(30))
    assert_costs_at_most(100, lambda: faults("\n".join(lines)), lambda: faults(plain))
    assert fault == "6:15: a5[1]: more than 250 000 values, anchors counted in full"


@pytest.mark.parametrize("opening", ["- ", "[", "{a: "])
def test_deep_nesting_is_refused(opening: str) -> None:
    assert "nested more than 100 deep" in faults(opening * 100_000)[0]
