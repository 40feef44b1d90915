"""WaveNet: one code after another, each from the past by gated dilated causal convolutions.

van den Oord et al., WaveNet: a generative model for raw audio (2016, arXiv:1609.03499), with
the architecture, names and defaults of ibab's tensorflow-wavenet, unconditional:

    one-hot(code) -> causal convolution, no bias -> for each dilation:
        z    = tanh(filter(x)) · sigmoid(gate(x))        two dilated convolutions
        x    = x + dense(z)                              1 x 1
        skip = skip + skip_l(z)                          1 x 1
    -> ReLU(skip) -> post1 -> ReLU -> post2 -> softmax over the next code

**Tensors of a checkpoint**, all float32, W = `filter_width`, L = number of dilations, R, D, S,
Q = residual, dilation, skip and quantization channels. Tap 0 is the oldest.

    causal.weight         [W, Q, R]; with `scalar_input` [initial_filter_width, 1, R]
    layers.filter.weight  [L, W, R, D]         layers.filter.bias  [L, D]
    layers.gate.weight    [L, W, R, D]         layers.gate.bias    [L, D]
    layers.dense.weight   [L, D, R]            layers.dense.bias   [L, R]
    layers.skip.weight    [L, D, S]            layers.skip.bias    [L, S]
    post1.weight          [S, S]               post1.bias          [S]
    post2.weight          [S, Q]               post2.bias          [Q]

The biases are absent without `use_biases`. A product is row · matrix: out = in @ weight + bias.
The dense map of the last layer exists, as in ibab's network, and is never heard.

**Start.** The past before the first sample is code Q/2 (silence) for the causal convolution
and zeros for every dilated one. With `scalar_input` the network hears the amplitude that a
code decodes to instead of its one-hot vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from approx_build.audio.clip import Clip
from approx_build.families.base import (
    FAMILIES,
    Family,
    Network,
    Shapes,
    TakeRequest,
    Told,
    Weights,
)
from approx_build.families.heap import held  # off the path: memory

Channels = Annotated[int, Field(ge=1, le=8192)]
DEFAULT_DILATIONS = tuple(1 << power for power in range(10)) * 5


class Sampling(BaseModel):
    """How the next code is drawn from what the network expects."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(
        default=1.0,
        ge=0,
        le=10,
        description="divides the logits: below 1 the likely is likelier; at 0 nothing else is",
    )
    top_k: int | None = Field(
        default=None, ge=1, description="draw from the k likeliest codes only; null: from all"
    )
    towards_silence: float = Field(
        default=0.0, ge=0, le=1000, description="taken from the logits of the loudest codes, nats"
    )


class Objective(BaseModel):
    """How a WaveNet begins, and what it learns besides the next code.

    In the steps of fine-tuning it is given codes with noise on them (never those it must say),
    so that it learns to come back from its own mistakes; about half the windows stay clean.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    initialisation: Literal["glorot", "smooth"] = Field(
        default="smooth", description="first weights"
    )
    finetune_noise: float = Field(
        default=4.0, ge=0, le=64, description="greatest standard deviation of that noise, codes"
    )


@FAMILIES.register
class WaveNet(Family):
    """Autoregressive network of dilated causal convolutions on mu-law codes."""

    version: ClassVar[int] = 1
    sampling_model: ClassVar[type[BaseModel]] = Sampling
    objective_model: ClassVar[type[BaseModel]] = Objective
    loss_unit: ClassVar[str] = "nats per sample"
    lock_step: ClassVar[int] = 32
    large_by: ClassVar[str] = "`skip_channels`, `residual_channels` or `dilations`"

    family: Literal["wavenet"] = "wavenet"
    filter_width: int = Field(2, ge=2, le=64, description="taps of a convolution")
    sample_rate: int = Field(16000, ge=1000, le=192000, description="rate of the sound, Hz")
    dilations: tuple[Annotated[int, Field(ge=1, le=1 << 20)], ...] = Field(
        DEFAULT_DILATIONS,
        min_length=1,
        max_length=1000,
        description="distance between the taps of each layer, samples",
    )
    residual_channels: Channels = Field(32, description="channels between the layers")
    dilation_channels: Channels = Field(32, description="channels of filter and gate")
    quantization_channels: int = Field(256, ge=2, le=256, description="mu-law codes")
    skip_channels: Channels = Field(512, description="channels of the sum over the layers")
    use_biases: bool = Field(True, description="biases everywhere but in the causal convolution")
    scalar_input: bool = Field(False, description="hear amplitudes instead of one-hot codes")
    initial_filter_width: int = Field(
        32, ge=1, le=4096, description="taps of the causal convolution with scalar_input"
    )

    @property
    def rate(self) -> int:
        """The rate of the sound the network hears and makes, Hz."""
        return self.sample_rate

    @property
    def causal_width(self) -> int:
        """Taps of the first convolution."""
        return self.initial_filter_width if self.scalar_input else self.filter_width

    @property
    def receptive_field(self) -> int:
        """How many samples a code depends on, itself included, as ibab counts."""
        return (self.filter_width - 1) * sum(self.dilations) + self.causal_width

    def tensor_shapes(self) -> Shapes:
        """The tensors of a checkpoint: name -> shape."""
        layers, width = len(self.dilations), self.filter_width
        residual, dilation = self.residual_channels, self.dilation_channels
        skip, codes = self.skip_channels, self.quantization_channels
        heard = 1 if self.scalar_input else codes
        shapes: Shapes = {
            "causal.weight": (self.causal_width, heard, residual),
            "layers.filter.weight": (layers, width, residual, dilation),
            "layers.gate.weight": (layers, width, residual, dilation),
            "layers.dense.weight": (layers, dilation, residual),
            "layers.skip.weight": (layers, dilation, skip),
            "post1.weight": (skip, skip),
            "post2.weight": (skip, codes),
        }
        return shapes | self._bias_shapes(shapes)

    def _bias_shapes(self, shapes: Shapes) -> Shapes:
        if not self.use_biases:
            return {}
        biased = [name for name in shapes if name != "causal.weight"]
        stacked = {name: shapes[name][:1] if name.startswith("layers.") else () for name in biased}
        return {
            name.replace("weight", "bias"): (*stacked[name], shapes[name][-1]) for name in biased
        }

    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """The compiled kernel's workspace; else what autograd keeps, and what comes and goes.

        Numbers take half as much in lower precisions, which autocast keeps them in.
        """
        from approx_build.kernels import wavenet_training  # off the path: memory

        if _is_compiled(device, is_plain):
            return wavenet_training.workspace_bytes(self, size)
        layers, codes = len(self.dilations), self.quantization_channels
        dilation, skip = self.dilation_channels, self.skip_channels
        taps = self.filter_width * self.residual_channels
        # Of a layer its taps and three results of its gate; then all of these side by side.
        kept = [*[taps] * layers, *[dilation] * 3 * layers, layers * dilation]
        head = [skip] * 4 + [codes]  # skips and hidden, before and after ReLU; logits
        losses = [skip] * 2 + [codes] * 3  # of logits also logarithms and gradients
        back = [layers * dilation, skip, skip]  # the gradients of what lay side by side
        heap, number = held if device == "cpu" else int, 4 if is_plain else 2
        return max(
            sum(heap(number * size * n) for n in kept + more) for more in (head, losses, back)
        )

    def evaluation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """What torch needs to go forward, for it has no share in the kernel's workspace."""
        if not _is_compiled(device, is_plain):
            return 0
        layers, dilation, skip = len(self.dilations), self.dilation_channels, self.skip_channels
        there = [*[dilation] * layers, layers * dilation]
        there += [*[skip] * 4, self.quantization_channels]
        return sum(held(4 * size * n) for n in there)

    def draw(
        self,
        weights: Weights,
        takes: Sequence[TakeRequest[Sampling]],
        device: str = "cpu",
        progress: Told | None = None,
    ) -> list[Clip]:
        """Clips [1, length], drawn in lock step."""
        from approx_build.families.wavenet_takes import draw

        return draw(self, weights, takes, device, progress)

    def drawing_bytes(self, takes: Sequence[TakeRequest[Sampling]]) -> dict[str, int]:
        """Memory by item that drawing `takes` together takes at its peak, on a CPU."""
        from approx_build.kernels import wavenet_memory  # off the path: memory

        lengths = [take.length for take in takes]
        return {
            "weights": 4 * self.parameter_count,
            "packed weights": wavenet_memory.packed_bytes(self),
            "layers": wavenet_memory.batch_bytes(self, lengths),
            "clips": 4 * sum(lengths) + 12 * max(lengths, default=0),
        }

    def network(self, objective: Objective | None = None) -> Network:
        """The torch code. Imports torch."""
        from approx_build.families.wavenet_network import WaveNetNetwork  # off the path: training

        return WaveNetNetwork(self, objective or Objective())


def _is_compiled(device: str, is_plain: bool) -> bool:
    """Whether the training kernel finds the gradients."""
    from approx_build.kernels import wavenet_training  # off the path: training

    return device == "cpu" and is_plain and wavenet_training.describe() is not None
