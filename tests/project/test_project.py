"""A project is found from anywhere in it, and so are its pieces; verbs return data."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.errors import ApproxError, ConsentError, UsageError
from approx_build.project.project import Project
from approx_build.project.settings import Settings
from tests.space import Space


@pytest.mark.parametrize(
    "inside", [".", "pieces", "pieces/tide", "pieces/tide.yaml", "models/tiny.yaml", "models"]
)
def test_a_project_is_found_from_anywhere_in_it(project: Space, inside: str) -> None:
    assert Project.open(project.root / inside).root == project.root


def test_a_folder_without_models_is_a_project_of_its_own(tmp_path: Path) -> None:
    assert Project.open(tmp_path).root == tmp_path


def test_a_piece_goes_by_its_name_or_by_its_path(
    project: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Project.open(project.root)
    for piece in ("tide", "pieces/tide.yaml", project.root / "pieces/tide.yaml"):
        assert opened.piece(piece).score.slug == "tide"
    monkeypatch.chdir(project.root / "pieces")
    assert Project.open().piece("tide.yaml").path == Path("tide.yaml")
    with pytest.raises(ApproxError, match="there is no such file"):
        opened.check("ebb")


def test_a_piece_of_another_project_is_refused(project: Space, tmp_path: Path) -> None:
    other = project.copy(tmp_path / "other")
    with pytest.raises(UsageError, match="belongs to another project"):
        Project.open(project.root).piece(other.root / "pieces/tide.yaml")


def test_nothing_that_returns_data_prints(
    project: Space, capfd: pytest.CaptureFixture[str]
) -> None:
    opened = Project.open(project.root, Settings())
    opened.check("tide")
    assert opened.plan("tide").due
    assert opened.why("tide", "2-sand/mix").fate == "perhaps"
    assert [row.corpus for row in opened.corpora.list()] == ["tones"]
    assert len(opened.corpora.files("tones").files) == 3
    assert opened.corpora.inspect("tones").total.recordings == 2
    assert opened.corpora.withdraw("tones").found.models
    assert opened.runs.list() == ()
    assert opened.init("ebb").score.exists()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("verb", ["train", "train_plan", "evaluate", "take"])
def test_every_verb_on_a_model_asks_for_consent_and_says_what_is_stopped(
    project: Space, verb: str
) -> None:
    (project.root / "models/corpora/tones/consent.yaml").unlink()
    opened = Project.open(project.root, Settings())
    with pytest.raises(ConsentError, match="this stops model tiny; takes tide/1-foam/early"):
        getattr(opened, verb)("tiny")
    with pytest.raises(ConsentError, match="this stops model tiny; takes tide/1-foam/early"):
        opened.corpora.prepare("tones")
    with pytest.raises(UsageError, match="there is no model 'huge' in models/; there are: tiny"):
        getattr(opened, verb)("huge")
