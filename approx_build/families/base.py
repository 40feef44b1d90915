"""Families: kinds of network. One file of parameters each, one of torch code beside it.

A family's parameters need no torch: they say which tensors a checkpoint holds, so that a
checkpoint can be checked and drawn from without it. The network code (`<name>_network.py`) is
imported when something is trained.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from approx_build.audio.clip import Clip
from approx_build.audio.stream import Stream
from approx_build.families.derivation import Derivation
from approx_build.registry import Registry

if TYPE_CHECKING:
    import torch

Shapes = dict[str, tuple[int, ...]]
Tensors = Mapping[str, "torch.Tensor"]
Arrays = dict[str, NDArray[np.float32]]
Weights = Mapping[str, NDArray[np.float32]]
Example = dict[str, NDArray[Any]]
Gradients = tuple[float, "dict[str, torch.Tensor]"]
S = TypeVar("S")
Told = Callable[[int, int], None]
"""Called with samples done and samples in all."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When in a training a window is looked at: its number since the start, and the phase."""

    position: int
    is_finetuning: bool = False


class Network(Protocol):
    """What the training loop knows of a network; its state is a dict of tensors by name.

    An example is what one window becomes for the network: arrays by name, each of which gets
    an axis for the batch in front.
    """

    def initial(self, rng: Stream) -> Arrays:
        """The weights before the first step."""

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """The example that a window [C, T] is at a moment; `rng` is the window's own stream.

        A function of its arguments alone, in NumPy: it may run in any thread, ahead of time.
        """

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """The example that a window [C, T] held out is tested with."""

    def loss(self, weights: Tensors, example: Tensors) -> torch.Tensor:
        """Mean loss over a batch of examples."""

    def gradients(self, weights: Tensors, example: Tensors) -> Gradients | None:
        """Loss of a batch of one and its gradients by name; None where torch is to find them."""

    def matrices(self) -> dict[str, tuple[int, int, int, float]]:
        """Weights that are stacks of matrices: name -> (count, rows, columns, step scale)."""


@dataclass(frozen=True, eq=False)
class TakeRequest(Generic[S]):
    """One clip to draw: `length` samples by the random stream `stream` (its key).

    `prime` is heard by the network first, at its rate, and is no part of the clip; `derivation`
    says what the clip is made of otherwise, which families know whose `ways` have it.
    """

    length: int
    stream: str
    sampling: S
    prime: Clip | None = None
    derivation: Derivation | None = None


@dataclass(frozen=True, eq=False)
class Stage:
    """A take after `step` steps of its making.

    `noise_level` is the time of its noise level, from 1 (noise alone) to 0 (clean), and
    `noise_share` the strength of its noise, from 1 (where there is nothing else) to 0.
    """

    step: int
    noise_level: float
    noise_share: float
    clip: Clip


class Family(BaseModel, ABC):
    """Parameters of a network; a subclass's `family` field holds the family's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: ClassVar[int] = 1
    """Raised when equal parameters and weights would give other samples."""
    training_version: ClassVar[int] = 1
    """Raised when equal declarations and sound would give other weights."""
    sampling_model: ClassVar[type[BaseModel]]
    """The controls of drawing; every field has a default."""
    objective_model: ClassVar[type[BaseModel]]
    """What of learning is the family's own; every field has a default."""
    loss_unit: ClassVar[str]
    """What a loss is measured in."""
    ways: ClassVar[frozenset[str]] = frozenset({"prime"})
    """Which fields of a take may say what the network hears."""
    lock_step: ClassVar[int] = 1
    """How many clips at most are drawn faster together than one after another."""
    has_stages: ClassVar[bool] = False
    """Whether a take is made of noise, by stages that `stages` can show."""
    large_by: ClassVar[str]
    """The parameters by which a network is large, in words."""

    @property
    def channels(self) -> int:
        """Channels of the sound the network hears and makes."""
        return 1

    @property
    @abstractmethod
    def rate(self) -> int:
        """The rate of the sound the network hears and makes, Hz."""

    @property
    @abstractmethod
    def receptive_field(self) -> int:
        """How many samples of its past the network can hear."""

    @abstractmethod
    def tensor_shapes(self) -> Shapes:
        """The tensors of a checkpoint: name -> shape, all float32."""

    def sampling(self, given: Mapping[str, Any]) -> Any:
        """The controls of drawing, what is not given being left at its default."""
        return type(self).sampling_model.model_validate(given)

    @abstractmethod
    def draw(
        self,
        weights: Weights,
        takes: Sequence[TakeRequest[Any]],
        device: str = "cpu",
        progress: Told | None = None,
    ) -> list[Clip]:
        """Clips [C, length] at the network's rate, drawn together.

        A clip does not depend on those drawn with it. `progress` is told samples done and in all.
        """

    def stages(
        self,
        weights: Weights,
        stream: str,
        sampling: Any,
        count: int,
        device: str = "cpu",
        progress: Told | None = None,
    ) -> list[Stage]:
        """At most `count` stages of the take that `draw` begins with `stream`, first and last too.

        Empty where there are none. `progress` is told steps done and in all.
        """
        return []

    @abstractmethod
    def drawing_bytes(self, takes: Sequence[TakeRequest[Any]]) -> dict[str, int]:
        """Memory by item that drawing `takes` together takes at its peak, on a CPU.

        More takes, or longer ones, take no less.
        """

    @abstractmethod
    def network(self, objective: Any = None) -> Network:
        """The torch code of the network, learning by `objective`. Imports torch."""

    @abstractmethod
    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """Memory that one window of `size` samples takes while its gradients are found.

        `is_plain` where products are float32: there the family's own gradients may serve.
        """

    def evaluation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """Memory that evaluating a window takes besides, where it cannot use that memory again."""
        return 0

    def check_training_window(self, size: int) -> None:
        """ValueError unless the network can learn from windows of `size` samples; any it can."""
        return

    def least_heard(self, way: str) -> int:
        """How many samples the network must hear, at least, to make a take in a way."""
        return 1

    def check_way(self, way: str, sampling: Any) -> None:
        """ValueError unless takes can be made in one of `ways` by such sampling."""
        return

    @property
    def glimpse_s(self) -> float:
        """Seconds of a take that shows what the network does."""
        return 3.0

    def cost(self, samples: int, sampling: Any, way: str | None = None) -> float:
        """Multiply-adds of drawing `samples` in one of `ways`: each weight once for each."""
        return float(samples) * self.parameter_count

    @property
    def parameter_count(self) -> int:
        """How many numbers a checkpoint holds."""
        return sum(math.prod(shape) for shape in self.tensor_shapes().values())


FAMILIES: Registry[Family] = Registry("family", "approx_build.families", "family")
