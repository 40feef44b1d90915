"""Trainings of a duel (`tests/families/duel`) for tests, and the closed form of its steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.families.base import Example
from approx_build.families.players import Turn
from approx_build.numerics.stream import Stream
from approx_build.training.batches import Batches, split_material
from approx_build.training.model import ModelSpec, declared
from tests.families.duel.family import Duel
from tests.training.models import material_of

STEPS = 8
Numbers = dict[str, NDArray[np.float64]]
TRAINING: dict[str, Any] = {
    "seed": 3,
    "steps": STEPS,
    "window": 64,
    "batch": 2,
    "held_out_s": 0.1,
    "warmup_steps": 2,
    "evaluate_every": 3,
    "evaluate_windows": 2,
}


def duel(
    players: Mapping[str, Any] = {}, objective: Mapping[str, Any] = {}, **training: Any
) -> ModelSpec:
    """A declared duel of a few steps."""
    return declared(Duel).model_validate(
        {
            "model": "fight",
            "family": "duel",
            "corpus": "tones",
            "network": {"sample_rate": 4000, "size": 8},
            "objective": objective,
            "training": {**TRAINING, "players": players, **training},
            "checkpoints": [0, 3],
        }
    )


def batches_of(model: ModelSpec, corpus: Path) -> Batches:
    """The batches of a duel's training."""
    windows = split_material(model, material_of(model, corpus)).train
    return Batches(model, model.network.network(model.objective), windows)


@dataclass
class Stated:
    """Weights and averages after each step, and each loss of each turn, by formulas in float64.

    Every optimiser is SGD without momentum. What a turn draws is taken from its examples.
    """

    weights: list[Numbers] = field(default_factory=list)
    average: list[Numbers] = field(default_factory=list)
    losses: list[tuple[int, str, float]] = field(default_factory=list)


def stated(model: ModelSpec, corpus: Path) -> Stated:
    """The training of a duel by its closed form."""
    batches, course = batches_of(model, corpus), model.course
    rng = Stream.named("training", model.training.seed, "weights")
    first = batches.network.initial(rng)
    weights = {name: array.astype(np.float64) for name, array in first.items()}
    average = {name: array.copy() for name, array in weights.items()}
    found = Stated([_copy(weights)], [_copy(average)])
    taken = {"critic": 0, "generator": 0}
    for step in range(1, model.training.steps + 1):
        if model.objective.model_dump()["restarts"] and step == course.stretches[-1].begin + 1:
            drawn = Stream.named("training", model.training.seed, "phase", "duel")
            noise = drawn.child("critic.weight").uniforms(model.network.size) - 0.5
            weights["critic.weight"] = weights["generator.shift"] + noise
            weights["generator.spread"] = weights["generator.spread"] / 2
            for name in ("critic.weight", "generator.spread"):
                average[name] = weights[name].copy()
        for place, turn in enumerate(course.turns(step)):
            examples = batches.turn(step, place)
            gradients, losses = _mean(model, turn, weights, examples)
            found.losses += [(step, name, loss) for name, loss in losses.items()]
            taken[turn.player] += 1
            _move(model, turn, taken[turn.player], step, gradients, weights, average)
        found.weights.append(_copy(weights))
        found.average.append(_copy(average))
    return found


def _mean(
    model: ModelSpec, turn: Turn, weights: Numbers, examples: list[Example]
) -> tuple[Numbers, dict[str, float]]:
    """Gradients of the player whose turn it is, and its losses, means over examples."""
    each = [_one(model, turn, weights, example) for example in examples]
    gradients = {n: np.mean([g[n] for g, _ in each], axis=0) for n in each[0][0]}
    return gradients, {n: float(np.mean([lo[n] for _, lo in each])) for n in each[0][1]}


def _one(
    model: ModelSpec, turn: Turn, weights: Numbers, example: Example
) -> tuple[Numbers, dict[str, float]]:
    critic, penalty = weights["critic.weight"], model.objective.model_dump()["penalty"]
    sound, z = (example[name].astype(np.float64) for name in ("sound", "z"))
    made = weights["generator.shift"] + weights["generator.spread"] * z
    if turn.phase == "alone":
        missed = made - sound
        back = 2 * missed / missed.size
        loss = {"generator": float(np.mean(missed**2))}
        return {"generator.shift": back, "generator.spread": back * z}, loss
    if turn.player == "generator":
        loss = {"generator": -float(critic @ made)}
        moved = {"generator.shift": -critic, "generator.spread": -critic * z}
        return (moved if len(model.course.stretches) == 1 else {"generator.shift": -critic}), loss
    length = float(np.sqrt(critic @ critic))
    distance, steep = float(critic @ (made - sound)), penalty * (length - 1) ** 2
    gradient = made - sound + 2 * penalty * (length - 1) * critic / length
    losses = {"critic": distance + steep, "critic.distance": distance, "critic.penalty": steep}
    return {"critic.weight": gradient}, losses


def _move(
    model: ModelSpec,
    turn: Turn,
    number: int,
    step: int,
    gradients: Numbers,
    weights: Numbers,
    average: Numbers,
) -> None:
    settings = model.course.learners[turn.player].settings
    length = np.sqrt(sum(float((g**2).sum()) for g in gradients.values()))
    clip = settings.clip_norm
    shorter = clip / length if clip is not None and length > clip else 1.0
    rate = settings.optimizer.learning_rate * model.course.factor(step)
    slower = {"generator.spread": 0.5} if turn.phase == "alone" else {}
    share = max(1 - settings.ema, 10 / (number + 10)) if settings.ema else 1.0
    for name, gradient in gradients.items():
        weights[name] = weights[name] - slower.get(name, 1.0) * rate * shorter * gradient
        average[name] = average[name] + share * (weights[name] - average[name])


def _copy(numbers: Numbers) -> Numbers:
    return {name: array.copy() for name, array in numbers.items()}


def curve_losses(found: Stated, points: list[int]) -> Iterator[tuple[int, dict[str, float]]]:
    """Each point of the curve after the first, and the mean of each loss since the one before."""
    for before, point in pairwise(points):
        here = [(name, loss) for step, name, loss in found.losses if before < step <= point]
        names = dict.fromkeys(name for name, _ in here)
        yield point, {n: float(np.mean([lo for m, lo in here if m == n])) for n in names}
