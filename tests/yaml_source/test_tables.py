from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.corpus.recordings import recording_name
from approx_build.files.names import normal
from approx_build.score.source_ref import SourceKind, SourceRef
from approx_build.yaml_source import read_source, source_of
from approx_build.yaml_source.fields import is_recording
from approx_build.yaml_source.tables import flow, quoted

LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/")
NAMES = st.text(LETTERS, min_size=1, max_size=60).filter(lambda name: name[0] != ".")
ODD = [
    "mit leer", "Tür", "Tu\u0308r", "take [2]", "#1", "take #2", "a: b", "a, b", "-dash", "- a",
    "trailing.", "trailing ", " leading", "'", '"', "back\\slash", "\\u0041", "null", "1e3", "~",
    "@home", "!tag", "%x", "&a", "*a", "{x}", "👩‍🚀", "a\u202eb", "a\u2028b", "a\ufeffb",
    "a\u0085b",
]  # fmt: skip


@pytest.mark.parametrize("text", ["a/b", "accordion/phrase-3", "c/Phrase.A"])
def test_a_plain_name_is_written_as_it_is(text: str) -> None:
    assert quoted(text) == text


def pasted(written: str) -> SourceRef:
    """What a score reads where this is pasted into it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "score.yaml"
        path.write_text(f"- {{ at: 0, play: {{ from: {written} }} }}\n", encoding="utf-8")
        data = read_source(path, "score.yaml").data
    assert isinstance(data, list)
    return SourceRef.model_validate(data[0]["play"]["from"])  # type: ignore[index, call-overload]


@given(NAMES)
def test_what_a_list_says_to_write_is_read_as_the_recording_of_that_file(name: str) -> None:
    found = pasted(quoted(f"c/{recording_name(Path(f'{name}.wav'))}"))
    assert (found.kind, found.name) == (SourceKind.RECORDING, f"c/{normal(name)}")


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_read_as_they_are_or_said_to_have_no_form_in_a_score(name: str) -> None:
    named = f"c/{recording_name(Path(f'{name}.wav'))}"
    assert is_recording(named) == ("\u0085" not in name)
    if is_recording(named):
        assert pasted(quoted(named)).name == f"c/{normal(name)}"


def test_letters_that_nobody_sees_are_written_by_their_numbers() -> None:
    assert quoted("c/a\u202eb\u2028") == '"c/a\\u202eb\\u2028"'
    assert quoted('c/"a\\b"') == '"c/\\"a\\\\b\\""'


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e6, 1e6)
    | st.sampled_from(["null", "true", "yes", "bar 3", "1/4", "", "a: b", "#", "0x1f", "fog"])
    | st.text(st.characters(categories=["L", "N"]), max_size=9).map(normal),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["at", "play", "length_s"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_written_in_flow_style_is_read_as_it_was(value: object) -> None:
    root = source_of(f"a: {flow(value)}\n", "a.yaml").data
    assert root == {"a": value}
