"""Families: kinds of network. Each is a package, whose `family.py` joins what is in it.

Drawing needs no torch: a family's parameters say which tensors a checkpoint holds, so that a
checkpoint can be checked and drawn from without it. The torch code (`network.py`) is imported
when something is trained, and the other files when they are called: most commands load every
family and draw from none.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.parameters import Parameters
from approx_build.families.parameters import Shapes as Shapes  # others import it from here
from approx_build.families.players import ALONE, Phase, Player, Turn
from approx_build.numerics.stream import Stream
from approx_build.registry import Registry
from approx_build.ways.base import Conditioning

if TYPE_CHECKING:
    import torch

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
    """When in a training a window is used: its number since the start, and in whose turn."""

    position: int
    is_finetuning: bool = False
    turn: Turn = ALONE


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
        """Mean loss over a batch of examples: what is measured on windows held out.

        A network that learns as one is trained by it, too.
        """

    def gradients(self, weights: Tensors, example: Tensors) -> Gradients | None:
        """Loss of a batch of one and its gradients by name; None where torch is to find them."""

    def matrices(self) -> dict[str, tuple[int, int, int, float]]:
        """Weights that are stacks of matrices: name -> (count, rows, columns, step scale)."""


class PlayersNetwork(Network, Protocol):
    """A network whose family has players: what the training loop also needs to know of it.

    The loop never asks for its `gradients`: torch finds them, second derivatives included.
    """

    def losses(self, weights: Tensors, example: Tensors, turn: Turn) -> Tensors:
        """The terms of the loss of a turn by name, each a mean over a batch of examples.

        The player's tensors move to lower their sum; all other tensors are constants. Nothing
        random may happen here: whatever a turn draws is part of its examples.
        """

    def start_phase(self, phase: str, weights: Weights, rng: Stream) -> Arrays:
        """The tensors that get new values when a phase other than the first begins; often none.

        A function of its arguments alone. The new values also replace the tensors' averages, and
        the optimiser starts anew with them.
        """


@dataclass(frozen=True, eq=False)
class TakeRequest(Generic[S]):
    """One clip to draw: `length` samples by the random stream `stream` (its key).

    `conditioning` is what the clip is made from besides noise, in one of the family's `ways`.
    """

    length: int
    stream: str
    sampling: S
    conditioning: Conditioning | None = None

    def check(self, network: Parameters) -> None:
        """ModelError unless the length can be, and all sounds are as the network takes them."""
        if self.length < 1:
            raise ModelError(f"length: {self.length} samples; must be at least 1")
        for name, clip in self.conditioning.sounds().items() if self.conditioning else ():
            check_clip(network, clip, name)


def check_takes(network: Parameters, takes: Sequence[TakeRequest[Any]], device: str) -> None:
    """ModelError unless each request can be, and `device` is the name of one."""
    # By its text: torch, which would know, is not imported to draw on a CPU.
    if not re.fullmatch(r"cpu|cuda(:\d+)?", device):
        raise ModelError(f"device {device!r}: unknown; must be cuda, cuda:N or cpu")
    for take in takes:
        take.check(network)


def check_clip(network: Parameters, clip: Clip, name: str, least: int = 1) -> None:
    """ModelError unless a network can take a clip; `name` says which clip it is."""
    if clip.rate != network.rate:
        raise ModelError(f"{name}: {clip.rate} Hz; the network needs {network.rate} Hz")
    if clip.channels != network.channels:
        raise ModelError(f"{name}: {clip.channels} channels; the network needs {network.channels}")
    if clip.length < least:
        raise ModelError(f"{name}: {clip.length} samples; the network needs {least}")
    if not np.isfinite(clip.data).all():
        raise ModelError(f"{name}: some samples are not finite numbers")


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


class Family(Parameters):
    """A kind of network: its parameters, and what draws from it and trains it."""

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
    ways: ClassVar[frozenset[str]] = frozenset()
    """The ways of making takes from sound that its networks support, by name."""
    lock_step: ClassVar[int] = 1
    """How many clips at most are drawn faster together than one after another."""
    has_stages: ClassVar[bool] = False
    """Whether a take is made of noise, by stages that `stages` can show."""
    large_by: ClassVar[str]
    """The parameters by which a network is large, in words."""
    players: ClassVar[tuple[Player, ...]] = ()
    """Parts that learn in turns, in the order of their turns; none: the network learns as one."""
    example: ClassVar[Mapping[str, Any]]
    """A tiny model, as its YAML declares one: `network`, `training`, and `sampling` that is fast.

    The conformance suite trains it for some 20 steps, on a sine, and draws from it.
    """
    large_example: ClassVar[Mapping[str, Any]]
    """A model and the length of its takes, `length_s`, large enough for memory to be measured.

    Some 50 MB and half a second of work do; the conformance suite compares them with what
    `drawing_bytes` and `cost` foretell.
    """

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

        A clip does not depend on those drawn with it. `progress` receives samples done and in all.
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

        Empty where there are none. `progress` receives steps done and in all.
        """
        return []

    @abstractmethod
    def drawing_bytes(self, takes: Sequence[TakeRequest[Any]]) -> dict[str, int]:
        """Memory by item that drawing `takes` together takes at its peak, on a CPU.

        No less than is taken, beyond 10 MB, and at most a tenth more. More takes, or longer ones,
        take no less.
        """

    @abstractmethod
    def network(self, objective: Any = None) -> Network:
        """The torch code of the network, learning by `objective`. Imports torch.

        A `PlayersNetwork` where the family has players.
        """

    def phases(self, objective: Any, steps: int) -> tuple[Phase, ...]:
        """The phases of a training of `steps` steps, for a family with players.

        The first begins at step 0. A model's YAML may move where the others begin.
        """
        return (Phase("training", tuple(player.name for player in self.players)),)

    @abstractmethod
    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """Memory that one window of `size` samples takes while its gradients are found.

        In a family with players, in the turn that takes most.
        `is_plain` where products are float32: there the family's own gradients may serve.
        """

    def evaluation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """Memory that evaluating a window takes besides, where it cannot use that memory again."""
        return 0

    def training_environment(self, device: str = "cpu") -> dict[str, str]:
        """What of the family's own code decides the bits of a training on `device`.

        Versions of torch and the processor are recorded for every family.
        """
        return {"training_kernel": "torch"}

    def shortest_sound(self, way: str) -> int:
        """How many samples each sound must have, at least, for a take made in a way."""
        return 1

    def check_way(self, way: str, sampling: Any) -> None:
        """ValueError unless takes can be made in one of `ways` by such sampling."""
        return

    @property
    def glimpse_s(self) -> float:
        """Seconds of a take that shows what the network does."""
        return 3.0

    def cost(self, samples: int, sampling: Any, way: str | None = None) -> float:
        """Multiply-adds of drawing `samples` in one of `ways`: each weight once for each.

        In proportion to the time of takes of one network, within a factor of two.
        """
        return float(samples) * self.parameter_count


FAMILIES: Registry[Family] = Registry("family", "approx_build.families", "family", "packages")
