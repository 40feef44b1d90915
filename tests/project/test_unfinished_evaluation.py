"""The page of a training that goes on: by its state, then by its record; nothing drawn twice."""

from __future__ import annotations

import shutil
from pathlib import Path
from unittest import mock

import pytest

from approx_build.project.unfinished_evaluation import PAGE_NAME, TrainingPage, unfinished_run
from approx_build.training.callbacks import Resources
from approx_build.training.ledger.record import COPY_NAME, RECORD_NAME
from approx_build.training.loop import train
from approx_build.training.model import load_model
from approx_build.training.progress import Progress
from approx_build.training.state import STATE_NAME
from tests.space import Space
from tests.training.models import material_of


class StoppedError(Exception):
    """Stands for whatever stops a training."""


@pytest.fixture
def page(space: Space, tmp_path: Path) -> TrainingPage:
    model = load_model(space.root / "models/tiny.yaml")
    shutil.copytree(space.root / "models/corpora/tones", tmp_path / "tones")
    material = material_of(model, tmp_path / "tones")
    return TrainingPage(model, material, tmp_path / "page", takes=2, length_s=0.4)


def interrupted(page: TrainingPage, folder: Path) -> None:
    """Train until the checkpoint of step 2 is kept."""

    def stop(seen: Progress) -> None:
        if seen.step >= 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(page.model, page.material, folder, Resources(progress=stop))


def text_of(page: TrainingPage) -> str:
    return (page.out / PAGE_NAME).read_text()


def test_a_page_while_training_and_when_done(page: TrainingPage, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    interrupted(page, folder)
    so_far = unfinished_run(folder)
    assert so_far.record is None
    assert [stored.step for stored in so_far.checkpoints] == [0, 2]
    report = page.write(folder)
    assert report.is_training
    assert report.hours is not None
    heard_s = so_far.step * 256 / 8000
    assert (report.hours.recorded_s, report.hours.heard_s) == pytest.approx((1.6, heard_s))
    assert report.loss_unit == "nats per sample"
    assert "still training" in text_of(page)
    assert "step 4" not in text_of(page)
    train(page.model, page.material, folder, Resources())
    family = type(page.model.network)
    with mock.patch.object(family, "draw", autospec=True, side_effect=family.draw) as drawn:
        page.write(folder)
        assert drawn.call_count == 1
        page.write(folder)
        assert drawn.call_count == 1
    assert "still training" not in text_of(page)
    assert "take 1 at step 4" in text_of(page)


def test_the_takes_are_those_of_the_finished_run(space: Space, page: TrainingPage) -> None:
    page.write(space.root / "models/checkpoints/tiny")
    space.run("evaluate", "tiny", "--takes", "2", "--length-s", "0.4")
    folder = space.root / "renders/models/tiny"
    ours, theirs = (
        {path.name: path.read_bytes() for path in (where / "takes").iterdir()}
        for where in (page.out, folder)
    )
    assert ours == theirs
    assert (page.out / "index.html").read_bytes() == (folder / "index.html").read_bytes()


def test_another_length_is_measured_anew(space: Space, page: TrainingPage) -> None:
    folder = space.root / "models/checkpoints/tiny"
    page.write(folder)
    longer = TrainingPage(page.model, page.material, page.out, takes=2, length_s=0.5)
    longer.write(folder)
    kept = (page.out / "evaluations/step-000002.json").read_text()
    assert '"length_s": 0.5' in kept


def test_before_the_first_checkpoint_there_is_a_page_too(
    page: TrainingPage, tmp_path: Path
) -> None:
    page.write(tmp_path / "empty")
    assert "still training" in text_of(page)


def test_while_a_state_is_written_the_one_before_it_tells(
    page: TrainingPage, tmp_path: Path
) -> None:
    interrupted(page, tmp_path / "run")
    (tmp_path / "run" / STATE_NAME).unlink()
    assert [stored.step for stored in unfinished_run(tmp_path / "run").checkpoints] == [0]


def test_a_record_ends_the_training(space: Space) -> None:
    folder = space.root / "models/checkpoints/tiny"
    assert unfinished_run(folder).record is not None
    for name in (RECORD_NAME, COPY_NAME):
        (folder / name).unlink(missing_ok=True)
    assert unfinished_run(folder).record is None
    assert unfinished_run(folder).curve == ()
