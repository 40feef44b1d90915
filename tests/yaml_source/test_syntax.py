from __future__ import annotations

import pytest
from ruamel.yaml.error import MarkedYAMLError

from approx_build.yaml_source.composer import Composer
from approx_build.yaml_source.syntax import syntax_faults


def faults(text: str) -> list[str]:
    with pytest.raises(MarkedYAMLError) as caught:
        Composer(text, "a").document()
    return [str(fault).removeprefix("a:") for fault in syntax_faults(caught.value, text, "a")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a: b: c",
            "1:5: ': ' inside a text ends it as a key; put quotes around the text: \"b: c\"",
        ),
        (
            "a: {b: 1:23}",
            "1:8: a time with ':' needs quotes inside braces and brackets; write \"1:23\"",
        ),
        ("a: @b", "1:4: text that begins with '@' needs quotes: \"@b\""),
        ("a: [1,\nb: 2", "1:4: the '[' that opens here is never closed"),
        ("a: [1 [\n]]", "1:7: expected ',' or ']' here"),
        ("a: {b: 1", "1:4: the '{' that opens here is never closed"),
        ("a: 'b\nc: 1\n", "1:4: the quote that opens here is never closed"),
        ("a:\n  b: 1\n c: 2", "3:2: expected a field here; begin it in the same column"),
        ("a: 1\nb\nc: 2", "2:1: expected ':' after this key"),
        ("a: ]", "1:4: expected a value here"),
        ('a: "\\ud800"', "1:7: found invalid Unicode character escape code"),
    ],
)
def test_libyaml_is_reported_in_words_of_ours(text: str, expected: str) -> None:
    [fault] = faults(text)
    assert fault.startswith(expected)


def test_each_tab_of_an_indentation_is_named() -> None:
    assert faults("a:\n\tb: 1\n  \tc: 2\n") == [
        "2:1: a tab is used for indentation; use spaces",
        "3:3: a tab is used for indentation; use spaces",
    ]


def test_tabs_elsewhere_are_harmless() -> None:
    root = Composer("a: 1\t# one\nnote: |\n  x\n  \ty\n", "a").document()
    assert root is not None
    assert root.value == {"a": 1, "note": "x\n\ty\n"}
