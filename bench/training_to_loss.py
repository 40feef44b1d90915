"""How many CPU-seconds of training it takes until equal losses: published against ours.

Plain convolutions with Adam train for a budget of CPU-seconds; then Adam on the compiled step,
and Muon on it, train until they lose no more on the same held-out windows. Windows, first
weights, clipping and warm-up are the same; the learning rate stays, nothing is averaged. What
evaluation takes is not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import numpy as np
import torch
from plain_wavenet import PlainWaveNet
from torch import Tensor

from approx_build.families.wavenet.family import WaveNet
from approx_build.families.wavenet.network import WaveNetNetwork
from approx_build.numerics.stream import Stream
from approx_build.training.optimizers import Adam, Muon, Optimizer, Step

WINDOW, BATCH, WARM_UP, CLIP_NORM = 6144, 2, 20, 1.0
HELD_OUT_WINDOWS, EVALUATE_EVERY = 6, 10
ADAM = Adam(learning_rate=2e-3, beta2=0.99, epsilon=1e-8)

Tensors = dict[str, Tensor]
Gradients = Callable[[Tensors, Tensor, Tensor], tuple[float, Tensors]]
Loss = Callable[[Tensors, Tensor, Tensor], Tensor]


class Course:
    """One training: its weights, and the CPU seconds that went into them."""

    def __init__(
        self, weights: Tensors, gradients: Gradients, loss: Loss, optimizer: Optimizer,
        matrices: dict[str, tuple[int, int, int, float]],
    ) -> None:  # fmt: skip
        self.weights = {name: weight.clone() for name, weight in weights.items()}
        self.gradients, self.loss = gradients, loss
        self.optimizer, self.matrices = optimizer, matrices
        self.state = optimizer.start(self.weights, matrices)
        self.step, self.seconds = 0, 0.0

    def turn(self, windows: list[Tensor]) -> None:
        began = process_time()
        self.step += 1
        found = [self.gradients(self.weights, window, window)[1] for window in windows]
        mean = {name: sum(one[name] for one in found) / len(found) for name in self.weights}
        norm = float(torch.stack([g.square().sum() for g in mean.values()]).sum().sqrt())
        if norm > CLIP_NORM:
            for gradient in mean.values():
                gradient.mul_(CLIP_NORM / norm)
        factor = min(1.0, self.step / WARM_UP)
        self.optimizer.update(
            self.weights, mean, self.state, Step(self.step, factor, self.matrices)
        )
        self.seconds += process_time() - began

    def held_out(self, windows: list[Tensor]) -> float:
        with torch.no_grad():
            return sum(float(self.loss(self.weights, one, one)) for one in windows) / len(windows)


def race(network: WaveNet, recordings: list[np.ndarray], first: Tensors, budget_s: float) -> None:
    """Print what each way takes."""
    parts = [torch.from_numpy(codes[:-WINDOW]) for codes in recordings]
    held = [torch.from_numpy(codes[-WINDOW:]) for codes in recordings[:HELD_OUT_WINDOWS]]
    plain, ours = PlainWaveNet(network), WaveNetNetwork(network)
    matrices = ours.matrices()
    published = Course(plain.weights(first), plain.gradients, plain.loss, ADAM, {})
    while published.seconds < budget_s:
        published.turn(windows_of(parts, published.step))
    goal = published.held_out(held)
    say("plain, Adam", published, goal, published.seconds)
    for name, optimizer in (("compiled, Adam", ADAM), ("compiled, Muon", Muon(adam=ADAM))):
        course = Course(first, *by_examples(ours), optimizer, matrices)
        lost = goal + 1
        while lost > goal and course.seconds < 2 * budget_s:
            course.turn(windows_of(parts, course.step))
            if course.step % EVALUATE_EVERY == 0:
                lost = course.held_out(held)
        say(name, course, lost, published.seconds)


def by_examples(network: WaveNetNetwork) -> tuple[Gradients, Loss]:
    """Gradients and loss of our network, called as those of the plain one."""

    def example(codes: Tensor, given: Tensor) -> Tensors:
        return {"codes": codes[None], "given": given[None]}

    def gradients(weights: Tensors, codes: Tensor, given: Tensor) -> tuple[float, Tensors]:
        found = network.gradients(weights, example(codes, given))
        assert found is not None
        return found

    return gradients, lambda weights, codes, given: network.loss(weights, example(codes, given))


def windows_of(parts: list[Tensor], step: int) -> list[Tensor]:
    rng, windows = Stream.named("bench", "windows", step), []
    for _ in range(BATCH):
        part = parts[rng.index(len(parts))]
        start = rng.index(len(part) - WINDOW)
        windows.append(part[start : start + WINDOW])
    return windows


def say(name: str, course: Course, lost: float, published_s: float) -> None:
    print(
        f"{name:15} {course.step:5} steps {course.seconds:7.1f} CPU-s  held-out loss {lost:.3f}"
        f"  x {published_s / course.seconds:.2f}",
        flush=True,
    )
