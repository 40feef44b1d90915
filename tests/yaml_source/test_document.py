from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.errors import ApproxError, Location, ScoreError
from approx_build.yaml_source import Source, load_source, read_source


def source(tmp_path: Path, text: str) -> Source:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    return load_source(path, "pieces/a.yaml")


def test_values_and_keys_are_located(tmp_path: Path) -> None:
    read = source(tmp_path, "takes:\n  cry: { model: gulls, length: 6 }\n")
    assert read.data == {"takes": {"cry": {"model": "gulls", "length": 6}}}
    assert read.locate(("takes", "cry", "length")) == Location("pieces/a.yaml", 2, 32)
    assert read.locate(("takes", "cry", "length"), key=True) == Location("pieces/a.yaml", 2, 24)
    assert read.locate(("takes", "cry", "step")) == Location("pieces/a.yaml", 2, 8)
    assert read.locate(("takes", "sigh", "step")) == Location("pieces/a.yaml", 2, 3)
    assert read.locate(()) == Location("pieces/a.yaml", 1, 1)


def test_a_fault_shows_its_path_its_line_and_a_caret(tmp_path: Path) -> None:
    read = source(tmp_path, "takes:\n  cry: { model: gulls, length: 6 }\n")
    fault = read.fault(("takes", "cry", "length"), "unknown field", key=True)
    assert str(fault) == (
        "pieces/a.yaml:2:24: takes.cry.length: unknown field\n"
        "  cry: { model: gulls, length: 6 }\n"
        "                       ^"
    )


def test_lines_count_from_one_and_the_end_of_the_file_is_a_line(tmp_path: Path) -> None:
    read = source(tmp_path, "a: 1\nb: 2\n")
    assert [read.line(n) for n in range(5)] == ["", "a: 1", "b: 2", "", ""]


def test_a_fault_at_the_end_of_a_file_has_a_line(tmp_path: Path) -> None:
    with pytest.raises(ScoreError) as caught:
        source(tmp_path, "a: [1,\n")
    assert str(caught.value).startswith("pieces/a.yaml:2:1: expected a value here")


def test_a_long_line_is_not_shown(tmp_path: Path) -> None:
    fault = source(tmp_path, f"a: {'x' * 1000}\n").fault(("a",), "no")
    assert fault.source_line == ""


def test_faults_of_structure_are_raised_or_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\na: 2\nb: *c\n")
    with pytest.raises(ScoreError) as caught:
        load_source(path, "a.yaml")
    assert len(caught.value.faults) == 2
    assert caught.value.faults[0].source_line == "a: 2"
    assert read_source(path, "a.yaml").faults == caught.value.faults
    assert read_source(path, "a.yaml").data == {"a": 1, "b": None}


@given(st.text(alphabet=st.sampled_from("ab:&*<!-[]{}'\"|>,#?\t \n\r1.é\x85%@`~"), max_size=60))
def test_any_text_is_read_or_refused_with_words(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_text(text, newline="")
        with contextlib.suppress(ApproxError):
            assert load_source(path, "a.yaml").locate(("a", 0, "b")).line >= 1
