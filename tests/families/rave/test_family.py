"""The family in a training: phases, what is measured of the corpus, and what is frozen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from approx_build.families.rave.axes import fidelity
from approx_build.families.rave.family import RAVE
from approx_build.families.rave.objective import Objective
from approx_build.training.callbacks import Callback
from approx_build.training.course import Course
from approx_build.training.parameters import training_of
from approx_build.training.progress import Progress
from tests.families.examples import Trained, train_example


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return train_example(RAVE, tmp_path_factory.mktemp("example"))


def test_discriminators_start_after_two_thirds_and_then_the_encoder_is_frozen() -> None:
    first, second = RAVE().phases(Objective(), 3000)
    assert (first.name, first.order) == ("distance", ("autoencoder",))
    assert (second.name, second.from_step) == ("adversarial", 2000)
    assert second.frozen == ("encoder.",)
    assert RAVE().phases(Objective(adversarial=False), 3000) == (first,)
    assert RAVE().phases(Objective(), 1) == (first,)


def test_a_prior_learns_when_the_encoder_is_frozen() -> None:
    with_prior = RAVE(prior_channels=4)
    first, second = with_prior.phases(Objective(), 3000)
    assert first.order == ("autoencoder",)
    assert second.order == ("discriminator", "autoencoder", "prior")
    [alone] = with_prior.phases(Objective(adversarial=False), 3000)
    assert alone.order == ("autoencoder", "prior")


@pytest.mark.parametrize(
    ("prior_channels", "is_adversarial", "expected"),
    [
        (0, True, {"discriminator", "autoencoder"}),
        (4, False, {"autoencoder", "prior"}),
        (4, True, {"discriminator", "autoencoder", "prior"}),
    ],
)
def test_a_plan_lists_only_the_players_that_take_turns(
    prior_channels: int, is_adversarial: bool, expected: set[str]
) -> None:
    network, objective = RAVE(prior_channels=prior_channels), Objective(adversarial=is_adversarial)
    settings = training_of(RAVE).model_validate({"steps": 30, "window": 32768})
    course = Course.of(network, objective, settings)
    assert set(course.active_learners) == expected


def test_the_second_phase_changes_only_the_decoder(run: Trained) -> None:
    [late] = [s for s in run.record.checkpoints if s.step == 10]
    assert late.step < 13
    before, after = run.weights(1), run.weights()
    moved = {name for name, array in after.items() if (array != before[name]).any()}
    assert any(name.startswith("encoder.") for name in moved), "until step 13"
    curve = run.record.curve[-1].losses
    assert {"discriminator", "autoencoder.features", "autoencoder.adversarial"} <= set(curve)


def test_a_checkpoint_contains_the_axes_of_its_own_weights(run: Trained) -> None:
    for index in range(len(run.record.checkpoints)):
        weights = run.weights(index)
        axes, deviation = weights["latent.axes"], weights["latent.deviation"]
        np.testing.assert_allclose(axes @ axes.T, np.eye(len(axes)), atol=1e-5)
        assert (np.diff(deviation) <= 0).all()
        assert fidelity(deviation)[-1] == pytest.approx(1)
    first, last = run.weights(0)["latent.axes"], run.weights()["latent.axes"]
    assert (first != last).any()


def test_a_training_resumes_exactly_within_its_second_phase(run: Trained, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(seen: Progress) -> None:
        if seen.step == 17:
            raise StoppedError

    kind = type("Kept", (RAVE,), {"example": {**RAVE.example, "checkpoint_every": 5}})
    with pytest.raises(StoppedError):
        train_example(kind, tmp_path, progress=stop)
    seen: list[int] = []
    parts = train_example(kind, tmp_path, progress=lambda p: seen.append(p.step))
    assert seen[0] == 16
    whole = run.weights()
    for name, array in parts.weights().items():
        assert array.tobytes() == whole[name].tobytes(), name


def test_collapsed_latents_are_reported_while_the_training_runs(tmp_path: Path) -> None:
    """A regulariser of such a weight leaves no variance."""
    example = {**RAVE.example, "objective": {"beta": 100, "beta_windows": 0}}
    training = {**RAVE.example["training"], "steps": 60, "evaluate_every": 60}
    training["players"] = {"autoencoder": {"optimizer": {"name": "adam", "learning_rate": 0.02}}}
    example["training"] = training
    words = list[str]()

    class Listening(Callback):
        def warned(self, said: str) -> None:
            words.append(said)

    kind = type("Collapsing", (RAVE,), {"example": example})
    train_example(kind, tmp_path, callback=Listening())
    assert any("step 60: the latents have collapsed" in text for text in words)
