"""Parameters of a network: those that every family has, for its sound and its tensors.

The `parameters.py` of a family extends them. This module imports nothing that generates or trains,
so the modules that do can import it without a circle.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

from approx_build.errors import ModelError

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class _ShortForm:
    """Marks a field of a family's controls of generation."""


SHORT_FORM = _ShortForm()
"""In the annotation of a control: a take may set it directly, outside its `sampling`."""


def _kind(value: Any) -> str:
    return "curve" if isinstance(value, list | tuple) else "number"


def _rising(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    for (before, _), (after, _) in pairwise(points):
        if after < before:
            raise ValueError(f"times run backwards ({after:g} s after {before:g} s)")
    return points


_Seconds = Annotated[float, Field(ge=0, le=3600)]
_Degree = Annotated[float, Field(ge=0, le=10)]
_Degrees = Annotated[
    tuple[tuple[_Seconds, _Degree], ...],
    Field(min_length=1, max_length=10_000),
    AfterValidator(_rising),
]
TemperatureLike = Annotated[
    Annotated[_Degree, Tag("number")] | Annotated[_Degrees, Tag("curve")], Discriminator(_kind)
]
"""A temperature over a take: a number, or breakpoints [seconds, temperature]."""


class Parameters(BaseModel, ABC):
    """Parameters of a network; the default of the field `family` is the name of the family."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def channels(self) -> int:
        """Channels of the sound that the network reads and generates."""
        return 1

    @property
    @abstractmethod
    def rate(self) -> int:
        """Sample rate of the network, Hz."""

    @property
    @abstractmethod
    def receptive_field(self) -> int:
        """Number of past samples on which the network's output depends."""

    @property
    def longest_take(self) -> int | None:
        """The samples of the longest take that the network can make; None: any length."""
        return None

    @abstractmethod
    def tensor_shapes(self) -> Shapes:
        """The tensors of a checkpoint: name -> shape, all float32."""

    def training_shapes(self) -> Shapes:
        """The tensors of a training: name -> shape.

        Those of a checkpoint, and those of players that generation does not need, such as a critic.
        """
        return self.tensor_shapes()

    @property
    def parameter_count(self) -> int:
        """Number of weights in a checkpoint."""
        return numbers_in(self.tensor_shapes())

    def check_training_window(self, size: int) -> None:
        """ValueError unless the network can train on windows of `size` samples; by default any."""
        return

    def check_length(self, samples: int) -> None:
        """ModelError unless the network can make a take of so many samples."""
        if samples < 1:
            raise ModelError(f"length: {samples} samples; must be at least 1")
        if self.longest_take is not None and samples > self.longest_take:
            raise ModelError(f"length: {samples} samples; {longest_words(self)}")


def longest_words(network: Parameters) -> str:
    """How long a take of a network can be, as text."""
    samples = network.longest_take or 0
    return (
        f"the network makes clips of at most {samples} samples, {samples / network.rate:.6g} s; "
        "make the take so long, and repeat its clips with `pulse`, `repeat` or `salad`"
    )


def fitting_s(network: Parameters, length_s: float) -> float:
    """So many seconds, or those of the longest take of a network that makes no longer one."""
    if network.longest_take is None:
        return length_s
    return min(length_s, network.longest_take / network.rate)


def numbers_in(shapes: Shapes) -> int:
    """Number of weights in tensors of these shapes."""
    return sum(math.prod(shape) for shape in shapes.values())
