"""Optimisers: parameters, and the change that one step makes to weights.

adam, sgd and rmsprop follow TensorFlow 1 and have the defaults of ibab's tensorflow-wavenet.
muon updates matrices by an orthogonalised momentum (Jordan et al., Muon, 2024: five
Newton-Schulz steps of the quintic 3.4445, -4.7750, 2.0315) and everything else by Adam.

An optimiser's state is a dict of tensors, so that it can be stored and restored exactly.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

# Models are checked and planned without torch.
if TYPE_CHECKING:
    from torch import Tensor

    Named = Mapping[str, Tensor]
    State = dict[str, Tensor]

Matrices = Mapping[str, tuple[int, int, int, float]]
Rate = Annotated[float, Field(ge=1e-12, le=10)]
Share = Annotated[float, Field(ge=0, lt=1)]


class Step(NamedTuple):
    """A step of a training, counted from 1; `factor` is the schedule's share of the rate."""

    number: int
    factor: float
    matrices: Matrices


class Optimizer(BaseModel, ABC):
    """Parameters of an optimiser."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def start(self, weights: Named, matrices: Matrices) -> State:
        """The state before the first step."""
        return {
            f"{name}.{part}": weight.new_full(weight.shape, value)
            for name, weight in weights.items()
            for part, value in self._parts(name, matrices).items()
        }

    def numbers(self, shapes: Mapping[str, tuple[int, ...]], matrices: Collection[str]) -> int:
        """How many numbers that state holds."""
        return sum(math.prod(s) * len(self._parts(name, matrices)) for name, s in shapes.items())

    @abstractmethod
    def _parts(self, name: str, matrices: Collection[str]) -> dict[str, float]:
        """The tensors kept for a weight and the number they begin with."""

    @abstractmethod
    def update(self, weights: Named, gradients: Named, state: State, step: Step) -> None:
        """Change weights and state in place."""


class Adam(Optimizer):
    """Kingma & Ba (2015), with epsilon after the bias correction, as TensorFlow has it."""

    name: Literal["adam"] = "adam"
    learning_rate: Rate = 1e-3
    beta1: Share = 0.9
    beta2: Share = 0.999
    epsilon: float = Field(1e-4, ge=1e-16, le=1)

    def _parts(self, name: str, matrices: Collection[str]) -> dict[str, float]:
        return {"mean": 0.0, "square": 0.0}

    def update(self, weights: Named, gradients: Named, state: State, step: Step) -> None:
        """mean, square <- moving averages; weight -= rate · mean / (sqrt(square) + epsilon)."""
        correction = (1 - self.beta2**step.number) ** 0.5 / (1 - self.beta1**step.number)
        for name, gradient in gradients.items():
            mean, square = state[f"{name}.mean"], state[f"{name}.square"]
            mean.mul_(self.beta1).add_(gradient, alpha=1 - self.beta1)
            square.mul_(self.beta2).addcmul_(gradient, gradient, value=1 - self.beta2)
            rate = step.factor * self.learning_rate * correction
            weights[name].addcdiv_(mean, square.sqrt().add_(self.epsilon), value=-rate)


class Sgd(Optimizer):
    """Gradient descent with momentum."""

    name: Literal["sgd"] = "sgd"
    learning_rate: Rate = 1e-3
    momentum: Share = 0.9

    def _parts(self, name: str, matrices: Collection[str]) -> dict[str, float]:
        return {"momentum": 0.0}

    def update(self, weights: Named, gradients: Named, state: State, step: Step) -> None:
        """momentum <- momentum · share + gradient; weight -= rate · momentum."""
        for name, gradient in gradients.items():
            momentum = state[f"{name}.momentum"].mul_(self.momentum).add_(gradient)
            weights[name].add_(momentum, alpha=-step.factor * self.learning_rate)


class RmsProp(Optimizer):
    """Tieleman & Hinton (2012), with momentum; the square's average begins at one."""

    name: Literal["rmsprop"] = "rmsprop"
    learning_rate: Rate = 1e-3
    decay: Share = 0.9
    momentum: Share = 0.9
    epsilon: float = Field(1e-5, ge=1e-16, le=1)

    def _parts(self, name: str, matrices: Collection[str]) -> dict[str, float]:
        return {"square": 1.0, "momentum": 0.0}

    def update(self, weights: Named, gradients: Named, state: State, step: Step) -> None:
        """momentum <- share · momentum + rate · gradient / sqrt(square + epsilon)."""
        rate = step.factor * self.learning_rate
        for name, gradient in gradients.items():
            square, momentum = state[f"{name}.square"], state[f"{name}.momentum"]
            square.mul_(self.decay).addcmul_(gradient, gradient, value=1 - self.decay)
            momentum.mul_(self.momentum)
            momentum.addcdiv_(gradient, square.add(self.epsilon).sqrt_(), value=rate)
            weights[name].sub_(momentum)


class Muon(Optimizer):
    """Orthogonalised Nesterov momentum for the matrices, Adam for the rest."""

    name: Literal["muon"] = "muon"
    learning_rate: Rate = 0.01
    momentum: Share = 0.95
    adam: Adam = Adam(learning_rate=2e-3, beta2=0.99, epsilon=1e-8)

    def _parts(self, name: str, matrices: Collection[str]) -> dict[str, float]:
        return {"momentum": 0.0} if name in matrices else self.adam._parts(name, matrices)

    def update(self, weights: Named, gradients: Named, state: State, step: Step) -> None:
        """matrix -= rate · scale · 0.2 · sqrt(max(rows, columns)) · orthogonal(momentum)."""
        others = {name: g for name, g in gradients.items() if name not in step.matrices}
        self.adam.update(weights, others, state, step)
        for name, (count, rows, columns, scale) in step.matrices.items():
            momentum = state[f"{name}.momentum"].lerp_(gradients[name], 1 - self.momentum)
            ahead = gradients[name].lerp(momentum, self.momentum).reshape(count, rows, columns)
            # So that changes are as large as Adam's (Liu et al., Muon is scalable for LLM training,
            # 2025).
            step_size = step.factor * self.learning_rate * scale * 0.2 * max(rows, columns) ** 0.5
            change = orthogonal(ahead).reshape(weights[name].shape)
            weights[name].add_(change, alpha=-step_size)


def orthogonal(stack: Tensor) -> Tensor:
    """The nearly orthogonal matrices beside those of a stack [N, rows, columns]."""
    # The smaller of the two products with its own transpose costs less.
    tall = stack.shape[1] > stack.shape[2]
    x = stack.transpose(1, 2) if tall else stack
    # The iteration needs singular values of at most 1, which the Frobenius norm ensures.
    x = x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-12)
    for _ in range(5):
        gram = x @ x.transpose(1, 2)
        turn = gram.baddbmm(gram, gram, beta=-4.7750, alpha=2.0315)
        x = x.baddbmm(turn, x, beta=3.4445)
    turned: Tensor = x.transpose(1, 2) if tall else x
    return turned


AnyOptimizer = Annotated[Adam | Sgd | RmsProp | Muon, Field(discriminator="name")]
