"""A step of a training: the turns of its players, each a change of weights by gradients."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import cast

import torch
from torch import Tensor

from approx_build.families.base import Example, PlayersNetwork
from approx_build.families.players import ALONE, Turn
from approx_build.numerics.stream import Stream
from approx_build.training.batches import Batches
from approx_build.training.gradients import Losses, WindowWorkers, norm
from approx_build.training.optimizers import Step
from approx_build.training.process_group import Share
from approx_build.training.state import TrainingState


class NotNumbersError(Exception):
    """A loss or gradients that are not numbers, and the windows they came from, in words."""


class Stepper:
    """Makes the steps of a training: changes its state in place, one step after another."""

    def __init__(
        self, workers: WindowWorkers, state: TrainingState, batches: Batches, share: Share
    ) -> None:
        self.workers, self.state, self.share = workers, state, share
        self.batches, self.course = batches, batches.course
        self.settings = batches.model.training
        self.is_whole = True
        """Whether the state is that between two steps; not while a step is half made."""

    def step(self, batches: Iterator[list[Example]], request: int = 0) -> tuple[Losses, int]:
        """One step, its examples taken from `batches`, which begin with those of its first turn.

        `request` is what this process asks of all, a number above 0. Returns the losses before the
        step, of several turns of a player the mean, and the largest request of any process.
        """
        found: dict[str, list[float]] = {}
        asked = 0
        self._start_phase()
        for place in range(len(self.course.turns(self.state.step + 1))):
            losses, asked = self._turn(place, next(batches), request)
            for name, loss in losses.items():
                found.setdefault(name, []).append(loss)
        self.is_whole = True
        self.state.step += 1
        return {name: sum(each) / len(each) for name, each in found.items()}, asked

    def _start_phase(self) -> None:
        """Give tensors the values that the network sets where the phase of this step begins.

        This is part of the step, not of the state before it, so that a training that resumes here
        does the same, and the checkpoint of the step before shows the end of its own phase.
        """
        state, phase = self.state, self.course.started_by(self.state.step + 1)
        if phase is None:
            return
        network = cast(PlayersNetwork, self.workers.network)
        rng = Stream.named("training", self.settings.seed, "phase", phase.name)
        weights = {name: tensor.cpu().numpy() for name, tensor in state.weights.items()}
        new, matrices = network.start_phase(phase.name, weights, rng), network.matrices()
        if new:
            self.is_whole = False
        for name, array in new.items():
            old = state.weights[name]
            state.weights[name] = torch.tensor(array, dtype=old.dtype, device=old.device)
            assert state.weights[name].shape == old.shape, name
            # The old average belongs to values that are gone.
            state.average[name] = state.weights[name].clone()
        for learner in self.course.learners.values():
            own = {name: state.weights[name] for name in learner.player.of(new)}
            turned = {name: matrix for name, matrix in matrices.items() if name in own}
            # Averages of the old values' gradients mean nothing for the new values.
            state.optimizer |= learner.settings.optimizer.start(own, turned)

    def _turn(self, place: int, examples: list[Example], request: int) -> tuple[Losses, int]:
        """One turn of the step that is being made; its losses, and the largest request."""
        state, step, batch = self.state, self.state.step + 1, self.settings.batch
        turn = self.course.turns(step)[place]
        moving = self.course.moving(step, turn, state.weights)
        terms, gradients = self.workers.gradients(
            state.weights, examples, state.scale.factor, turn, moving
        )
        terms, asked = self.share.summed(terms, gradients, request)
        losses = named(turn, {name: term / batch for name, term in terms.items()})
        for gradient in gradients.values():
            # The sum is that of the scaled losses of the whole batch, in all processes.
            gradient.div_(batch * state.scale.factor)
        length = norm(gradients)
        # Every process judges the same sums, so all leave out the same steps.
        is_number = all(math.isfinite(loss) for loss in losses.values())
        # From here on the state is that of half a step, even where a turn is left out.
        self.is_whole = False
        if is_number and math.isfinite(length):
            self._update_weights(turn, gradients, length, place)
            state.scale.made_step()
        elif state.scale.can_fall:
            state.scale.skipped_step()
        else:
            raise NotNumbersError(self._description(place, losses))
        # One loss that is no number would make the mean of the next point none.
        for name, loss in losses.items() if is_number else ():
            state.recent.setdefault(name, []).append(loss)
        return losses, asked

    def _update_weights(
        self, turn: Turn, gradients: dict[str, Tensor], length: float, place: int
    ) -> None:
        """Change a player's weights and their average by gradients of length `length`."""
        state, step = self.state, self.state.step + 1
        settings = self.course.learners[turn.player].settings
        number = self.course.number(step, place)
        if self.settings.l2:
            self._decay(gradients)
            # The limit is for the gradient with its penalty.
            length = norm(gradients)
        if settings.clip_norm is not None and length > settings.clip_norm:
            for gradient in gradients.values():
                gradient.mul_(settings.clip_norm / length)
        matrices = self.workers.network.matrices()
        for factor, names in self.course.rates(step, gradients).items():
            own = {name: matrices[name] for name in names if name in matrices}
            settings.optimizer.update(
                state.weights,
                {name: gradients[name] for name in names},
                state.optimizer,
                Step(number, factor, own),
            )
        # A young average follows closely, or it would remember the first weights.
        share = max(1 - settings.ema, 10 / (number + 10)) if settings.ema else 1.0
        for name in gradients:
            state.average[name].lerp_(state.weights[name], share)

    def _decay(self, gradients: dict[str, Tensor]) -> None:
        """Add the gradient of l2 · sum(weight^2) / 2."""
        settings = self.settings
        for name, gradient in gradients.items():
            if settings.l2_biases or not name.endswith(".bias"):
                gradient.add_(self.state.weights[name], alpha=settings.l2)

    def _description(self, place: int, losses: Losses) -> str:
        step = self.state.step + 1
        first = self.batches.position(step, place)
        windows = range(first, first + self.settings.batch)
        names = "; ".join(self.batches.name(window) for window in windows)
        values = ", ".join(f"{name} {loss}" for name, loss in losses.items())
        return (
            f"at step {step} the loss or gradients are not finite numbers ({values}); "
            f"its windows were {names}"
        )


def named(turn: Turn, terms: Losses) -> Losses:
    """The loss of a turn under its player's name, and its terms where there are several.

    A network that learns as one has a single loss, whose name its workers know.
    """
    if turn == ALONE:
        return terms
    parts = {f"{turn.player}.{name}": term for name, term in terms.items()}
    return {turn.player: sum(terms.values()), **(parts if len(parts) > 1 else {})}
