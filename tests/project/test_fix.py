"""`check --fix`: only the places of certain corrections are rewritten, and no file gets worse."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.errors import Edit, Location, ScoreError, UsageError
from approx_build.project.fix import rewritten
from approx_build.yaml_source import source_of
from tests.score.mistakes import FILES, MARK, MOVEMENT, Mistake, Project, mistakes, project

FOG = FILES["movement"][0]
COMMENTED = MOVEMENT.replace("length: 12\n", "length: 12  # not −3,5 “long”\n")
CERTAIN = [one for one in mistakes() if one.is_fixed and one.file == "movement"]
NONE = Mistake("", "none", "", command="check tide")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project whose movement a test writes."""
    with project(tmp_path_factory.mktemp("fix")) as made:
        made.make(NONE)
        yield made


def written(there: Project, data: bytes) -> Path:
    path = there.space.root / FOG
    path.write_bytes(data)
    return path


def reads(data: bytes) -> bool:
    """Whether a text is YAML."""
    try:
        source_of(data.decode(), "")
    except ScoreError:
        return False
    return True


def together(chosen: list[Mistake]) -> str:
    """The movement with mistakes; those that change the same words as others are left out."""
    text, taken = COMMENTED, set[int]()
    for mistake in sorted(chosen, key=lambda one: COMMENTED.find(one.instead), reverse=True):
        start = COMMENTED.find(mistake.instead)
        span = range(start, start + len(mistake.instead))
        # From the end on, so that the places before are those of the text without mistakes.
        if start >= 0 and not taken & {*span}:
            text = text[:start] + mistake.written + text[span.stop :]
            taken |= {*span}
    return text


@settings(max_examples=25)
@given(chosen=st.lists(st.sampled_from(CERTAIN), max_size=8), is_windows=st.booleans())
def test_mistakes_together_are_corrected_and_all_else_stays(
    there: Project, chosen: list[Mistake], is_windows: bool
) -> None:
    text = together(chosen)
    data = text.replace(MARK, "").encode()
    if is_windows:
        data = b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")
    path = written(there, data)
    before = len(there.faults())
    there.fix()
    fixed = path.read_bytes()
    assert there.faults() == ()
    assert before or fixed == data
    assert fixed.count(b"\r\n") == data.count(b"\r\n")
    assert fixed.count(b"\n") == data.count(b"\n")
    assert fixed.startswith(b"\xef\xbb\xbf") == is_windows
    assert "# not −3,5 “long”".encode() in fixed or "length: 12  #" not in text
    assert there.fix() == 0
    assert path.read_bytes() == fixed


@settings(max_examples=40)
@given(
    st.integers(0, len(MOVEMENT)),
    st.text(st.sampled_from("0,5 s:{}[]-“−#\n\u00e4'x%"), max_size=4),
    st.integers(0, 3),
)
def test_no_text_gets_worse(there: Project, at: int, more: str, cut: int) -> None:
    data = (MOVEMENT[:at] + more + MOVEMENT[at + cut :]).encode()
    path = written(there, data)
    before = there.faults()
    made = there.fix()
    fixed = path.read_bytes()
    assert made or fixed == data
    assert not made or before
    assert reads(fixed) or not reads(data)
    assert there.fix() == 0
    assert path.read_bytes() == fixed


def test_a_piece_without_faults_keeps_its_files(there: Project) -> None:
    path = written(there, COMMENTED.encode())
    os.utime(path, ns=(1, 1))
    assert there.fix() == 0
    assert path.stat().st_mtime_ns == 1


def test_the_command_prints_each_change(there: Project) -> None:
    text = COMMENTED.replace("rate_hz: 6", "rate_hz: 6,5").replace("pan: -0.3", "pan: left")
    path = written(there, text.encode())
    path.chmod(0o640)
    done = there.space.run("check", "tide", "--fix")
    assert done.out.split("\n")[:2] == [f"{FOG}:9: left -> -1", f"{FOG}:13: 6,5 -> 6.5"]
    assert path.stat().st_mode & 0o777 == 0o640
    written(there, text.encode())
    [first, _] = json.loads(there.space.run("check", "tide", "--fix", "--json").out)["changes"]
    assert first == {"path": FOG, "line": 9, "before": "left", "after": "-1"}


def test_what_is_not_certain_is_still_reported(there: Project) -> None:
    written(there, COMMENTED.replace("count: 2", "count: 2.5").replace("12  #", "12s  #").encode())
    done = there.space.run("check", "tide", "--fix", code=1)
    assert done.out == f"{FOG}:3: 12s -> 12\n"
    assert "needs a whole number, is 2.5" in done.err


def test_a_read_only_file_is_refused_in_words(there: Project) -> None:
    data = COMMENTED.replace("-0.3", "left").encode()
    path = written(there, data)
    path.chmod(0o444)
    with pytest.raises(UsageError, match=r"1-fog\.yaml: is read-only; make it writable"):
        there.fix()
    assert path.read_bytes() == data
    path.chmod(0o644)


def test_a_link_is_refused_in_words(there: Project) -> None:
    data = COMMENTED.replace("-0.3", "left").encode()
    path = written(there, data)
    other = there.space.root / "pieces" / "elsewhere.txt"
    path.rename(other)
    path.symlink_to(other)
    with pytest.raises(UsageError, match=r"1-fog\.yaml: is a link, or outside the project"):
        there.fix()
    assert other.read_bytes() == data
    path.unlink()
    other.unlink()


def test_columns_are_those_of_composed_characters() -> None:
    text = "\ufeffa\u0308b: 3,5 # a\u0308\r\n"
    edit = Edit(Location("x", 1, 5), "3,5", "3.5")
    assert rewritten(text.encode(), [edit]) == text.replace("3,5", "3.5").encode()


def test_a_text_that_is_not_at_its_place_is_left_as_it_is() -> None:
    edit = Edit(Location("x", 1, 4), "3,6", "3.6")
    assert rewritten(b"a: 3,5\n", [edit]) == b"a: 3,5\n"
    assert rewritten(b"a: 3,5\n", [Edit(Location("x", 9, 9), "3,5", "3.5")]) == b"a: 3,5\n"
