"""Parameters of a network: what those of every family say of its sound and its tensors.

A family's own `parameters.py` extends this. It imports nothing that draws or trains, so that
drawing and training can stand on it without a circle.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class _ShortForm:
    """Marks a field of a family's controls of drawing."""


SHORT_FORM = _ShortForm()
"""In the annotation of a control of drawing: a take may name it beside its `sampling`."""


class Parameters(BaseModel, ABC):
    """Parameters of a network; a field `family`, whose default is the family's name, tags them."""

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

    @abstractmethod
    def tensor_shapes(self) -> Shapes:
        """The tensors of a checkpoint: name -> shape, all float32."""

    def training_shapes(self) -> Shapes:
        """The tensors of a training: name -> shape.

        Those of a checkpoint, and those of players that takes do not need, such as a critic.
        """
        return self.tensor_shapes()

    @property
    def parameter_count(self) -> int:
        """How many numbers a checkpoint holds."""
        return numbers_in(self.tensor_shapes())

    def check_training_window(self, size: int) -> None:
        """ValueError unless the network can learn from windows of `size` samples; any it can."""
        return


def numbers_in(shapes: Shapes) -> int:
    """How many numbers tensors of these shapes hold."""
    return sum(math.prod(shape) for shape in shapes.values())
