import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.yaml_source import source_of
from approx_build.yaml_source.tables import quoted

NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2000, categories=["L", "P", "N"]))


@pytest.mark.parametrize("text", ["a/b", "accordion/phrase-3", "c/Phrase.A"])
def test_a_plain_name_is_written_as_it_is(text):
    assert quoted(text) == text


@given(NAMES.filter(bool))
def test_any_name_reads_back_as_it_was(name):
    text = f"c/{name}"
    assert source_of(f"from: [{quoted(text)}]\n", "a").data == {"from": [text]}
