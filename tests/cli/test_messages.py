"""What a render says when it is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from approx_build.cli.messages import failures, near, print_json
from approx_build.cli.output import warn
from approx_build.errors import BuildError, Location
from approx_build.execution.work import Failure
from approx_build.project.remarks import level, training_remarks
from approx_build.project.render import RenderResult
from approx_build.store.records import Record
from approx_build.units import counted


def test_nouns_are_counted() -> None:
    assert [counted(n, "file") for n in (0, 1, 2)] == ["0 files", "1 file", "2 files"]


def test_a_level_of_silence_is_a_dash() -> None:
    assert level(-20.25, "LUFS") == " -20.2 LUFS"
    assert level(None, "LUFS") == "     — LUFS"


def test_paths_are_shown_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert near(tmp_path / "renders") == "renders"
    assert near(tmp_path.parent / "renders") == str(tmp_path.parent / "renders")


def test_results_for_programs_keep_their_letters(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"piece": "été"})
    assert capsys.readouterr().out == '{\n  "piece": "été"\n}\n'


def test_results_for_programs_show_every_character(capsys: pytest.CaptureFixture[str]) -> None:
    piece = "a\x1b\x7f\x9b\u202e\ud83d\U000e0041\nb"
    print_json({"piece": piece})
    printed = capsys.readouterr().out
    assert printed == (
        '{\n  "piece": "a\\u001b\\u007f\\u009b\\u202e\\ud83d\\udb40\\udc41\\nb"\n}\n'
    )
    assert json.loads(printed) == {"piece": piece}


def run(**facts: Any) -> Record:
    return Record("0" * 64, {}, {"main": "1" * 64}, facts=facts)


def test_what_a_training_converted_is_counted_by_how() -> None:
    ways = {"a/1": "44100 Hz to 8000 Hz", "a/2": "mixed to mono", "a/3": "44100 Hz to 8000 Hz"}
    assert list(training_remarks("models/tiny/run", run(converted=ways))) == [
        "models/tiny/run: used after conversion: "
        "2 recordings (44100 Hz to 8000 Hz), 1 recording (mixed to mono)"
    ]
    assert list(training_remarks("x", run(converted={}))) == []
    assert list(training_remarks("x", run(converted=ways, is_shipped=True))) == []
    assert list(training_remarks("x", run(converted=True))) == []


def test_failures_are_reported_with_what_could_not_be_built(
    capsys: pytest.CaptureFixture[str],
) -> None:
    where = Location("pieces/tide.yaml", 7, 3)
    warn(*failures(result(failures=(Failure("x", "it broke", where),), skipped=("y", "z"))))
    assert capsys.readouterr().err == (
        "pieces/tide.yaml:7:3: x: it broke\n2 actions not built because of these failures\n"
    )


def result(**more: Any) -> RenderResult:
    empty: dict[str, Any] = {
        **dict.fromkeys(("levels", "files", "written", "remarks", "unmet", "failures"), ()),
        **dict.fromkeys(("skipped", "ran", "reused"), ()),
    }
    rest = {"out": Path("renders"), "lock_changes": "", "read_again": {}, "seconds": 1.0}
    return RenderResult(**{**empty, **rest, **more})


def test_a_result_that_is_not_whole_can_be_raised() -> None:
    assert result().is_done
    result().check()
    broken = result(failures=(Failure("x", "it broke"),), unmet=("1.yaml:3:1: too loud",))
    assert not broken.is_done
    with pytest.raises(BuildError, match=r"x: it broke\n1\.yaml:3:1: too loud"):
        broken.check()
