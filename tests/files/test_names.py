from __future__ import annotations

import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from approx_build.files.names import alias_of, aliases, alike, normal, on_disk

BELL, OTHER = "Glöckchen", unicodedata.normalize("NFD", "Glöckchen")


def test_a_name_has_one_form_whatever_the_disk_or_editor() -> None:
    assert BELL != OTHER
    assert normal(OTHER) == normal(BELL) == BELL
    assert normal("Take [2]") == "Take [2]"  # case and all else as typed


@given(st.text(max_size=20))
def test_the_form_is_stable_and_names_that_are_equal_are_alike(text: str) -> None:
    assert normal(normal(text)) == normal(text)
    assert alike(unicodedata.normalize("NFD", text)) == alike(text)
    assert alike(text.upper().lower()) == alike(alike(text.upper().lower()))


def test_names_that_differ_in_case_or_form_alone_are_named_in_pairs() -> None:
    found = aliases(["low", BELL, "Low", "high", OTHER, "LOW", "low"])
    assert list(found) == [("low", "Low"), (BELL, OTHER), ("low", "LOW")]


def test_a_path_is_found_whatever_form_its_folders_and_file_have(tmp_path: Path) -> None:
    file = tmp_path / OTHER / f"{OTHER}.wav"
    file.parent.mkdir()
    file.write_bytes(b"")
    assert on_disk(tmp_path / BELL / f"{BELL}.wav") == str(file)
    assert on_disk(file) == str(file)
    missing = str(file.parent / "ü.wav")
    assert on_disk(tmp_path / BELL / "ü.wav") == missing


def test_the_twin_of_a_file_is_found(tmp_path: Path) -> None:
    for name in ("low.wav", "Low.wav", f"{BELL}.wav", f"{OTHER}.wav", "high.wav"):
        (tmp_path / name).write_bytes(b"")
    assert alias_of(tmp_path / "low.wav") == "Low.wav"
    assert alias_of(tmp_path / f"{BELL}.wav") == f"{OTHER}.wav"
    assert alias_of(tmp_path / "high.wav") is None
    assert alias_of(tmp_path / "missing" / "high.wav") is None
