"""The page of a training that goes on: by its state, then by its record; nothing drawn twice."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest

from approx_build.corpus.memorisation import TrainingSound
from approx_build.corpus.recordings import hear, list_recordings
from approx_build.families.wavenet import WaveNet
from approx_build.training.evaluation import TrainingPage, run_so_far
from approx_build.training.model import load_model
from approx_build.training.record import RECORD_NAME
from tests.space import Space
from tests.training.models import trained


class StoppedError(Exception):
    """Stands for whatever stops a training."""


@pytest.fixture
def page(space: Space, tmp_path: Path) -> TrainingPage:
    model = load_model(space.root / "models/tiny.yaml")
    recordings = list_recordings(space.root / "models/corpora/tones", ())
    heard = [hear(one, model.network.rate) for one in recordings]
    sounds = [TrainingSound(one.recording.name, one.samples) for one in heard]
    return TrainingPage(model, sounds, tmp_path / "page", takes=2, length_s=0.4)


def interrupted(space: Space, page: TrainingPage, folder: Path) -> None:
    """Train until the checkpoint of step 2 is kept."""

    def stop(seen: object) -> None:
        if getattr(seen, "step", 0) >= 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        trained(page.model, space.root / "models/corpora/tones", folder, stop)


def test_a_page_while_training_and_when_done(
    space: Space, page: TrainingPage, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    interrupted(space, page, folder)
    so_far = run_so_far(folder)
    assert so_far.is_training
    assert [stored.step for stored in so_far.checkpoints] == [0, 2]
    text = page.write(folder).read_text()
    assert "still training" in text
    assert "step 4" not in text
    trained(page.model, space.root / "models/corpora/tones", folder)
    with mock.patch.object(WaveNet, "draw", autospec=True, side_effect=WaveNet.draw) as drawn:
        text = page.write(folder).read_text()
        assert drawn.call_count == 1
        page.write(folder)
        assert drawn.call_count == 1
    assert "still training" not in text
    assert "take 1 at step 4" in text


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
    longer = TrainingPage(page.model, page.recordings, page.out, takes=2, length_s=0.5)
    longer.write(folder)
    kept = (page.out / "evaluations/step-000002.json").read_text()
    assert '"length_s": 0.5' in kept


def test_before_the_first_checkpoint_there_is_a_page_too(
    page: TrainingPage, tmp_path: Path
) -> None:
    assert "still training" in page.write(tmp_path / "empty").read_text()


def test_a_record_ends_the_training(space: Space) -> None:
    folder = space.root / "models/checkpoints/tiny"
    assert not run_so_far(folder).is_training
    (folder / RECORD_NAME).unlink()
    assert run_so_far(folder).curve == ()
