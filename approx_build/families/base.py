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
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from approx_build.audio.clip import Clip
from approx_build.audio.stream import Stream
from approx_build.registry import Registry

if TYPE_CHECKING:
    import torch

Shapes = dict[str, tuple[int, ...]]
Tensors = Mapping[str, "torch.Tensor"]
Arrays = dict[str, NDArray[np.float32]]
Weights = Mapping[str, NDArray[np.float32]]
S = TypeVar("S")
Told = Callable[[int, int], None]
"""Called with samples done and samples in all."""


class Network(Protocol):
    """What the training loop knows of a network; its state is a dict of tensors by name."""

    def initial(self, rng: Stream, scheme: str) -> Arrays:
        """The weights before the first step."""

    def loss(self, weights: Tensors, codes: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
        """Mean loss of predicting `codes` [T] when the network is `given` codes [T] as its past."""

    def matrices(self) -> dict[str, tuple[int, int, int, float]]:
        """Weights that are stacks of matrices: name -> (count, rows, columns, step scale)."""


@runtime_checkable
class OwnGradients(Protocol):
    """A network that can work out its gradients faster than autograd does."""

    def gradients(
        self, weights: Tensors, codes: torch.Tensor, given: torch.Tensor
    ) -> tuple[float, dict[str, torch.Tensor]] | None:
        """`Network.loss` and its gradients by every weight; None: not here, ask autograd."""


@dataclass(frozen=True, eq=False)
class TakeRequest(Generic[S]):
    """One clip to draw: `length` samples by the random stream `stream` (its key).

    `prime` is heard by the network first, at its rate, and is no part of the clip.
    """

    length: int
    stream: str
    sampling: S
    prime: Clip | None = None


class Family(BaseModel, ABC):
    """Parameters of a network; a subclass's `family` field holds the family's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: ClassVar[int] = 1
    """Raised when equal parameters and weights would give other samples."""
    sampling_model: ClassVar[type[BaseModel]]
    """The controls of drawing; every field has a default."""

    @property
    @abstractmethod
    def rate(self) -> int:
        """The rate of the sound the network hears and makes, Hz."""

    @property
    @abstractmethod
    def codes(self) -> int:
        """How many mu-law codes a sample can be."""

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
        """Clips [1, length] at the network's rate, drawn together.

        A clip does not depend on those drawn with it. `progress` is told samples done and in all.
        """

    @abstractmethod
    def network(self) -> Network:
        """The torch code of the network. Imports torch."""

    @property
    def parameter_count(self) -> int:
        """How many numbers a checkpoint holds."""
        return sum(math.prod(shape) for shape in self.tensor_shapes().values())


FAMILIES: Registry[Family] = Registry("family", "approx_build.families", "family")
