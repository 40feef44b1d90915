"""WaveNet: one code after another, each from the past by gated dilated causal convolutions.

van den Oord et al., WaveNet: a generative model for raw audio (2016, arXiv:1609.03499), with
the architecture of ibab's tensorflow-wavenet, unconditional:

    one-hot(code) -> causal convolution, no bias -> for each dilation:
        z    = tanh(filter(x)) · sigmoid(gate(x))        two dilated convolutions
        x    = x + dense(z)                              1 x 1
        skip = skip + skip_l(z)                          1 x 1
    -> ReLU(skip) -> post1 -> ReLU -> post2 -> softmax over the next code

`parameters` lists the tensors of a checkpoint. Before the first sample of a clip, the input of the
causal convolution is code Q div 2 (silence), and that of every dilated convolution is zero. With
`scalar_input` the input is the amplitude that a code decodes to, instead of a one-hot vector.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from approx_build.audio.clip import Clip
from approx_build.families.base import FAMILIES, Family, Network, Progress, Takes, Weights
from approx_build.families.codes import Sampling
from approx_build.families.wavenet.parameters import Objective, WaveNetParameters


@FAMILIES.register
class WaveNet(WaveNetParameters, Family):
    """Autoregressive network of dilated causal convolutions on mu-law codes."""

    version: ClassVar[int] = 2
    sampling_model: ClassVar[type[BaseModel]] = Sampling
    objective_model: ClassVar[type[BaseModel]] = Objective
    loss_unit: ClassVar[str] = "nats per sample"
    ways: ClassVar[frozenset[str]] = frozenset({"prime"})
    lock_step: ClassVar[int] = 32
    large_by: ClassVar[str] = "`skip_channels`, `residual_channels` or `dilations`"
    example: ClassVar[Mapping[str, Any]] = {
        "network": {
            "sample_rate": 4000,
            "dilations": [1, 2, 4, 8],
            "residual_channels": 8,
            "dilation_channels": 8,
            "skip_channels": 16,
        },
        "training": {"window": 200, "batch": 2},
    }
    large_example: ClassVar[Mapping[str, Any]] = {
        "network": {
            "sample_rate": 1000,
            "dilations": [1 << power for power in range(10)] * 2,
            "residual_channels": 128,
            "dilation_channels": 128,
        },
        "length_s": 1.6,
    }

    def draw(
        self, weights: Weights, takes: Takes, device: str = "cpu", progress: Progress | None = None
    ) -> list[Clip]:
        """Generate clips [1, length] in lock step."""
        from approx_build.families.wavenet import draw

        return draw.draw(self, weights, takes, device, progress)

    def drawing_bytes(self, takes: Takes) -> dict[str, int]:
        """Peak memory, by item, of generating `takes` together on a CPU."""
        from approx_build.families.wavenet import memory  # off the path: memory

        return memory.drawing_bytes(self, takes)

    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """The training kernel's workspace, or what autograd needs without this kernel."""
        from approx_build.families.wavenet import memory  # off the path: memory

        return memory.activation_bytes(self, size, device, is_plain)

    def evaluation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """Memory that torch needs for the held-out loss besides the training kernel's workspace."""
        from approx_build.families.wavenet import memory  # off the path: memory

        return memory.evaluation_bytes(self, size, device, is_plain)

    def training_environment(self, device: str = "cpu") -> dict[str, str]:
        """The kernel that computes the gradients, and the digest of its library."""
        from approx_build.families.wavenet import gradients  # off the path: training

        return gradients.environment(device)

    def network(self, objective: Objective | None = None) -> Network:
        """The torch code. Imports torch."""
        from approx_build.families.wavenet.network import WaveNetNetwork  # off the path: training

        return WaveNetNetwork(self, objective or Objective())
