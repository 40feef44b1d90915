"""A step of a network that learns as one, held against the plain loop, bit by bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from approx_build.families.base import FAMILIES, Family
from approx_build.families.players import ALONE, Turn
from approx_build.numerics.stream import Stream
from approx_build.training.batches import Batches, split_material
from approx_build.training.device import deterministic_on
from approx_build.training.gradients import norm
from approx_build.training.model import ModelSpec, declared
from approx_build.training.optimizers import Step
from approx_build.training.step import named
from tests.families.examples import Trained, example_model, sine_corpus
from tests.training.models import material_of, trained

Named = dict[str, Tensor]
STEPS = 5
SETTINGS: dict[str, dict[str, Any]] = {
    "as the example": {},
    "decayed and finely tuned": {
        "l2": 0.01,
        "finetune_steps": 2,
        "finetune_rate": 0.3,
        "clip_norm": None,
    },
    "clipped, not averaged": {"optimizer": {"name": "adam"}, "clip_norm": 0.01, "ema": 0},
}


def plainly(model: ModelSpec, batches: Batches) -> Named:
    """The averaged weights at the end: one loss, one optimiser, one window after another."""
    network, settings = batches.network, model.training
    first = network.initial(Stream.named("training", settings.seed, "weights"))
    weights = {name: torch.from_numpy(array) for name, array in first.items()}
    average = {name: weight.clone() for name, weight in weights.items()}
    state = settings.optimizer.start(weights, network.matrices())
    for step in range(1, settings.steps + 1):
        positions = range((step - 1) * settings.batch, step * settings.batch)
        each = [gradients(batches, weights, batches.example(p, step)) for p in positions]
        total = each[0]
        for one in each[1:]:
            for name, gradient in one.items():
                total[name].add_(gradient)
        for name, gradient in total.items():
            gradient.div_(settings.batch)
            if settings.l2 and not name.endswith(".bias"):
                gradient.add_(weights[name], alpha=settings.l2)
        length = norm(total)
        if settings.clip_norm is not None and length > settings.clip_norm:
            for gradient in total.values():
                gradient.mul_(settings.clip_norm / length)
        rate = settings.factor(step)
        settings.optimizer.update(weights, total, state, Step(step, rate, network.matrices()))
        share = max(1 - settings.ema, 10 / (step + 10)) if settings.ema else 1.0
        for name, mean in average.items():
            mean.lerp_(weights[name], share)
    return average


def gradients(batches: Batches, weights: Named, example: dict[str, Any]) -> Named:
    leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
    batch = {name: torch.from_numpy(np.stack([array])) for name, array in example.items()}
    found = batches.network.gradients(leaves, batch)
    if found is not None:
        return found[1]
    grads = torch.autograd.grad(
        batches.network.loss(leaves, batch), list(leaves.values()), materialize_grads=True
    )
    return dict(zip(leaves, (gradient.contiguous() for gradient in grads), strict=True))


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("family", [f for f in FAMILIES if not f.players])
def test_a_network_that_learns_as_one_makes_the_steps_of_the_plain_loop(
    family: type[Family], settings: str, tmp_path: Path
) -> None:
    example = example_model(family).model_dump(mode="json")
    example["training"] |= {"steps": STEPS, **SETTINGS[settings]}
    model = declared(family).model_validate(example | {"checkpoints": []})
    corpus = sine_corpus(family, tmp_path)
    windows = split_material(model, material_of(model, corpus)).train
    with deterministic_on(torch.device("cpu")):
        batches = Batches(model, model.network.network(model.objective), windows)
        expected = plainly(model, batches)
    record = trained(model, corpus, tmp_path / "run", threads=2)
    found = Trained(model, tmp_path / "run", record).weights()
    assert found.keys() == expected.keys()
    for name, array in found.items():
        assert array.tobytes() == expected[name].numpy().tobytes(), name


def test_losses_have_the_names_of_players_and_terms() -> None:
    assert named(ALONE, {"loss": 2.0}) == {"loss": 2.0}
    assert named(Turn("critic", "duel"), {"score": 2.0}) == {"critic": 2.0}
    assert named(Turn("critic", "duel"), {"distance": 2.0, "penalty": 0.5}) == {
        "critic": 2.5,
        "critic.distance": 2.0,
        "critic.penalty": 0.5,
    }
