"""The helper of the tests: does it notice what tests rely on it to notice?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.space import Outcome, Space, project, tone


def test_an_edit_must_hit_once(tmp_path: Path) -> None:
    space = Space(tmp_path)
    space.write("a.yaml", "a: 1\nb: 1\n")
    space.edit("a.yaml", "a: 1", "a: 2")
    assert (tmp_path / "a.yaml").read_text() == "a: 2\nb: 1\n"
    with pytest.raises(AssertionError, match="stands 0 times"):
        space.edit("a.yaml", "c", "d")
    with pytest.raises(AssertionError, match="stands 2 times"):
        space.edit("a.yaml", ":", "=")


def test_an_exit_code_that_was_not_expected_fails(tmp_path: Path) -> None:
    space = project(tmp_path / "project")
    with pytest.raises(AssertionError, match="exit code 1, not 0"):
        space.run("check", "pieces/none.yaml")
    with pytest.raises(AssertionError, match="exit code 0, not 1"):
        space.run("check", "pieces/tide.yaml", code=1)


def test_a_traceback_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = project(tmp_path / "project")
    monkeypatch.setattr("approx_build.project.piece.Piece.open", lambda *_: 1 / 0)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        space.run("check", "pieces/tide.yaml", code=-1)


def test_the_working_folder_and_the_environment_are_given_back(tmp_path: Path) -> None:
    import os

    before = Path.cwd(), dict(os.environ)
    project(tmp_path / "project").run("check", "pieces/tide.yaml", APPROX_KERNEL="reference")
    assert (Path.cwd(), dict(os.environ)) == before


def test_what_ran_is_read_from_verbose_lines() -> None:
    err = "      take  piece/takes/cry/1  (0.02 s)\nfailed: x/y\n       mix  1/mix  (1.00 s)\n"
    assert Outcome(0, "", err).ran() == {"piece/takes/cry/1", "1/mix"}


def test_a_tone_has_its_frequency() -> None:
    spectrum = np.abs(np.fft.rfft(tone(200, 1.0)))
    assert spectrum.argmax() == 200
    assert np.abs(tone(200, 1.0)).max() == pytest.approx(1 / 3, abs=1e-3)
