"""The examples that families offer, as tests use them: networks, takes, weights, trained models.

Importing this loads no torch; training an example does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from approx_build.families.base import Arrays, Family
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import stream_key
from approx_build.training.checkpoint import read_checkpoint
from approx_build.training.model import ModelSpec, declared
from tests.space import CONSENT, Space, tone

if TYPE_CHECKING:
    from approx_build.training.ledger.record import TrainingRecord

STEPS = 20
TRAINING = {"steps": STEPS, "held_out_s": 0.3, "evaluate_windows": 4, "warmup_steps": 5}


def example_network(family: type[Family]) -> Family:
    """The tiny network of a family."""
    return family.model_validate(family.example["network"])


def example_takes(family: type[Family], *lengths: int) -> list[TakeRequest[Any]]:
    """Takes of so many samples by the example's controls, each by a stream of its own."""
    sampling = example_network(family).sampling(family.example.get("sampling", {}))
    return [
        TakeRequest(length, stream_key("example", number), sampling)
        for number, length in enumerate(lengths)
    ]


def large_takes(
    family: type[Family], count: int, part: float = 1.0
) -> tuple[Family, list[TakeRequest[Any]]]:
    """The large network of a family, and takes of it of a part of their length."""
    told = family.large_example
    network = family.model_validate(told["network"])
    sampling = network.sampling(told.get("sampling", {}))
    length = max(1, round(part * told["length_s"] * network.rate))
    return network, [TakeRequest(length, stream_key("large", n), sampling) for n in range(count)]


def plain_weights(network: Family, seed: int = 0) -> Arrays:
    """Weights of the declared shapes, made without torch; the network says something by them."""
    numbers = np.random.default_rng(seed)
    return {
        name: (numbers.standard_normal(shape) * 0.1).astype(np.float32)
        for name, shape in network.tensor_shapes().items()
    }


def example_model(family: type[Family]) -> ModelSpec:
    """The example as a declared model of 20 steps."""
    name = family.model_fields["family"].default
    text = {"model": "example", "family": name, "corpus": "sine", "checkpoints": [0, STEPS // 2]}
    training = TRAINING | dict(family.example["training"])
    return declared(family).model_validate({**text, **family.example, "training": training})


def sine_corpus(family: type[Family], folder: Path) -> Path:
    """A corpus of one sine at the rate of a family's example."""
    network, space = example_network(family), Space(folder)
    space.write("sine/consent.yaml", CONSENT.replace("corpus: tones", "corpus: sine"))
    space.sound("sine/long.wav", tone(network.rate / 20, 2.0, network.rate), network.rate)
    return folder / "sine"


@dataclass(frozen=True)
class Trained:
    """A finished training of an example."""

    model: ModelSpec
    folder: Path
    record: TrainingRecord

    @property
    def digests(self) -> list[str]:
        """The digests of its checkpoints, from the first step to the last."""
        return [stored.digest for stored in self.record.checkpoints]

    def weights(self, index: int = -1) -> Arrays:
        """The weights of one of its checkpoints."""
        path = self.folder / self.record.checkpoints[index].file
        return read_checkpoint(path, self.model.network.tensor_shapes())


def train_example(family: type[Family], folder: Path, out: str = "run", **means: Any) -> Trained:
    """The example, trained on a sine; what is given goes to the training's means."""
    from tests.training.models import trained

    corpus, model = folder / "sine", example_model(family)
    if not corpus.exists():
        sine_corpus(family, folder)
    return Trained(model, folder / out, trained(model, corpus, folder / out, **means))
