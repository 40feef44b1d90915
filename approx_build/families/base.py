"""Families: kinds of network, each a package whose `family.py` connects its modules.

Generation needs no torch: the parameters of a family list the tensors of a checkpoint, so a
checkpoint can be checked and used without torch. `network.py`, the torch code, is imported only for
training. The other modules are imported when they are called, because most commands load every
family and generate nothing.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from approx_build.audio.clip import Clip
from approx_build.engines.progress import Progress as Progress  # families import it from here
from approx_build.families.parameters import Parameters
from approx_build.families.parameters import Shapes as Shapes  # re-exported
from approx_build.families.players import ALONE, Phase, Player, Turn
from approx_build.families.stage import Stage as Stage  # others import it from here
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import Stream
from approx_build.registry import Registry

if TYPE_CHECKING:
    import torch

Tensors = Mapping[str, "torch.Tensor"]
Arrays = dict[str, NDArray[np.float32]]
Weights = Mapping[str, NDArray[np.float32]]
Example = dict[str, NDArray[Any]]
Gradients = tuple[float, "dict[str, torch.Tensor]"]
Loc = tuple[str | int, ...]
"""The path of a value in the controls of a take."""
Takes = Sequence[TakeRequest[Any]]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a window is used in a training: its number since the start, and the turn."""

    position: int
    is_finetuning: bool = False
    turn: Turn = ALONE


class Network(Protocol):
    """The interface of a network for the training loop; its state is a dict of tensors by name.

    The networks of families inherit from it, and so need not define what is optional.

    An example is a window in the form that the network trains on: arrays by name, each of which
    gets a leading axis for the batch.
    """

    def initial(self, rng: Stream) -> Arrays:
        """The weights before the first step."""

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """The example made from a window [C, T] at a moment; `rng` is the window's own stream.

        A function of its arguments alone, in NumPy: it may run in any thread, ahead of time.
        """

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """The example made from a held-out window [C, T], to test the network with."""

    def loss(self, weights: Tensors, example: Tensors) -> torch.Tensor:
        """Mean loss over a batch of examples: the loss that is measured on held-out windows.

        A network without players is also trained by it.
        """

    def gradients(self, weights: Tensors, example: Tensors) -> Gradients | None:
        """The loss of a batch of one and its gradients by name; None if torch must compute them."""
        return None

    def matrices(self) -> dict[str, tuple[int, int, int, float]]:
        """Stacks of matrices that Muon updates: name -> (count, rows, columns, step scale).

        Muon updates all other weights as Adam does.
        """
        return {}


class PlayersNetwork(Network, Protocol):
    """The additional interface of a network whose family has players.

    The training loop never calls `gradients` of such a network: torch computes them, including
    second derivatives.
    """

    def losses(self, weights: Tensors, example: Tensors, turn: Turn) -> Tensors:
        """The terms of the loss of a turn by name, each a mean over a batch of examples.

        The optimiser lowers their sum by changing the player's tensors; all other tensors are
        constants. Nothing random may happen here: all random numbers of a turn are in its examples.
        """

    def measures(self, weights: Tensors, example: Tensors) -> Mapping[str, float]:
        """Numbers by name over held-out examples; `variety`: that of takes relative to windows."""
        return {}

    def start_phase(self, phase: str, weights: Weights, rng: Stream) -> Arrays:
        """The tensors that get new values when a phase after the first begins; often none.

        A function of its arguments alone. The new values also replace the averages of the tensors,
        and the optimiser resets its state for them.
        """
        return {}


class Family(Parameters):
    """A kind of network: its parameters, generation and training."""

    version: ClassVar[int] = 1
    """Increased when equal parameters and weights would give other samples."""
    training_version: ClassVar[int] = 1
    """Increased when equal declarations and sound would give other weights."""
    sampling_model: ClassVar[type[BaseModel]]
    """The controls of generation; every field has a default."""
    objective_model: ClassVar[type[BaseModel]]
    """The settings of training that belong to the family; every field has a default."""
    loss_unit: ClassVar[str]
    """The unit of the loss."""
    ways: ClassVar[frozenset[str]] = frozenset()
    """The ways in which its networks can make takes from sound, by name."""
    lock_step: ClassVar[int] = 1
    """The largest number of clips that are generated faster together than one after another."""
    way_fields: ClassVar[Mapping[str, frozenset[str]]] = {}
    """Fields of ways that only some families use, by way: those that its networks use."""
    measured_windows: ClassVar[int] = 0
    """Number of windows from which its network (a `MeasuringNetwork`) measures tensors, or 0."""
    measures_first: ClassVar[bool] = False
    """Whether tensors are also measured before the first step, because the losses need them."""
    learns_whole: ClassVar[bool] = False
    """Whether it learns one recording as a whole: its only window, which is held out, too."""
    has_stages: ClassVar[bool] = False
    """Whether takes are made from noise, in stages that `stages` can show."""
    large_by: ClassVar[str]
    """The parameters that determine the size of a network, as text."""
    players: ClassVar[tuple[Player, ...]] = ()
    """Parts that learn in turns, in the order of their turns; empty if the network has one loss."""
    example: ClassVar[Mapping[str, Any]]
    """A tiny model, as declared in YAML: `network`, `training`, and fast `sampling`.

    The conformance suite trains it for about 20 steps on a sine, and generates takes.
    """
    large_example: ClassVar[Mapping[str, Any]]
    """A model and the length of its takes, `length_s`, large enough to measure memory.

    About 50 MB and half a second of work are enough; the conformance suite compares measurements
    with `drawing_bytes` and `cost`.
    """

    def sampling(self, given: Mapping[str, Any]) -> Any:
        """The controls of generation, with defaults for those that are not given."""
        return type(self).sampling_model.model_validate(given)

    def clip_sampling(self, sampling: Any, clip: int, count: int) -> Mapping[str, Any]:
        """The controls of clip `clip` of `count`, from 1, alone; ValueError if they do not suit."""
        return {}

    def remark(self, sampling: Any) -> str:
        """What is no fault of the controls of a take but worth saying; often nothing."""
        return ""

    @abstractmethod
    def draw(
        self, weights: Weights, takes: Takes, device: str = "cpu", progress: Progress | None = None
    ) -> list[Clip]:
        """Generate clips [C, length] together, at the network's rate.

        A clip does not depend on the others. `progress` receives the numbers of finished and of all
        samples.
        """

    def stages(
        self,
        weights: Weights,
        stream: str,
        sampling: Any,
        count: int,
        device: str = "cpu",
        progress: Progress | None = None,
    ) -> list[Stage]:
        """At most `count` stages of the take of `stream`, including the first and the last.

        Empty if the family has no stages. `progress` receives the numbers of finished and of all
        steps.
        """
        return []

    @abstractmethod
    def drawing_bytes(self, takes: Takes) -> dict[str, int]:
        """Peak memory, by item, of generating `takes` together on a CPU.

        At least the memory that is used, except for 10 MB, and at most a tenth more. More or longer
        takes never need less.
        """

    @abstractmethod
    def network(self, objective: Any = None) -> Network:
        """The torch code of the network, trained by `objective`. Imports torch.

        A `PlayersNetwork` if the family has players.
        """

    def phases(self, objective: Any, steps: int) -> tuple[Phase, ...]:
        """The phases of a training of `steps` steps, for a family with players.

        The first phase begins at step 0. A model's YAML may change where the others begin.
        """
        return (Phase("training", tuple(player.name for player in self.players)),)

    @abstractmethod
    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """Memory of computing the gradients of one window of `size` samples.

        For a family with players, that of the turn that needs most. `is_plain`: products are
        float32, so the family's own code may compute the gradients.
        """

    def evaluation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """Additional memory of evaluating a window, where it cannot reuse the memory above."""
        return 0

    def training_environment(self, device: str = "cpu") -> dict[str, str]:
        """The versions of the family's own code that affect the bits of a training on `device`.

        Versions of torch and the processor are recorded for every family.
        """
        return {"training_kernel": "torch"}

    def shortest_sound(self, way: str) -> int:
        """The minimum length in samples of each sound from which a take is made in this way."""
        return 1

    def check_way(self, way: str, sampling: Any) -> None:
        """ValueError unless takes can be made in one of `ways` with these controls."""
        return

    def length_faults(
        self, sampling: Any, take_s: float, way: str | None
    ) -> Iterator[tuple[Loc, str]]:
        """What of the controls networks cannot do in a take of `take_s`, and in which control."""
        return iter(())

    def warnings(self, weights: Weights) -> list[str]:
        """What is wrong with the weights of a checkpoint, in words; often nothing."""
        return []

    @property
    def preview_s(self) -> float:
        """Length in seconds of a take that demonstrates the network."""
        return 3.0

    def cost(self, samples: int, sampling: Any, way: str | None = None) -> float:
        """Multiply-adds of generating `samples` in one of `ways`: each weight counts once per use.

        Proportional to the time of takes of one network, within a factor of two.
        """
        return float(samples) * self.parameter_count


FAMILIES: Registry[Family] = Registry("family", "approx_build.families", "family", "packages")
