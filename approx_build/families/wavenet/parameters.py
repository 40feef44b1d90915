"""Parameters of a WaveNet: its sizes, tensors, controls of generation and training.

The names and defaults are those of ibab's tensorflow-wavenet. **Tensors of a checkpoint**, all
float32, with W = `filter_width`, L = number of dilations, R, D, S, Q = residual, dilation, skip
and quantization channels. Tap 0 is the oldest.

    causal.weight         [W, Q, R]; with `scalar_input` [initial_filter_width, 1, R]
    layers.filter.weight  [L, W, R, D]         layers.filter.bias  [L, D]
    layers.gate.weight    [L, W, R, D]         layers.gate.bias    [L, D]
    layers.dense.weight   [L, D, R]            layers.dense.bias   [L, R]
    layers.skip.weight    [L, D, S]            layers.skip.bias    [L, S]
    post1.weight          [S, S]               post1.bias          [S]
    post2.weight          [S, Q]               post2.bias          [Q]

Without `use_biases` a checkpoint contains no biases. A product is row · matrix:
out = in @ weight + bias. As in ibab's network, the last layer has a dense map, on which no sample
depends.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from approx_build.families.parameters import SHORT_FORM, Parameters, Shapes, TemperatureLike

Channels = Annotated[int, Field(ge=1, le=8192)]
DEFAULT_DILATIONS = tuple(1 << power for power in range(10)) * 5
FARTHEST_TAP = 1 << 24
"""Samples that a layer can look back: some minutes of sound."""


class WaveNetParameters(Parameters):
    """Sizes of a WaveNet, and the rate of its sound."""

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
    # Codes of takes are stored in a byte each.
    quantization_channels: int = Field(256, ge=2, le=256, description="mu-law codes")
    skip_channels: Channels = Field(512, description="channels of the sum over the layers")
    use_biases: bool = Field(True, description="biases everywhere but in the causal convolution")
    scalar_input: bool = Field(False, description="input amplitudes instead of one-hot codes")
    initial_filter_width: int = Field(
        32, ge=1, le=4096, description="taps of the causal convolution with scalar_input"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        farthest = max(self.dilations) * (self.filter_width - 1)
        if farthest > FARTHEST_TAP:
            raise ValueError(
                f"dilations: a tap reaches {farthest} samples back; at most {FARTHEST_TAP} are "
                "allowed"
            )
        return self

    @property
    def rate(self) -> int:
        """Sample rate of the network, Hz."""
        return self.sample_rate

    @property
    def causal_width(self) -> int:
        """Taps of the first convolution."""
        return self.initial_filter_width if self.scalar_input else self.filter_width

    @property
    def receptive_field(self) -> int:
        """Number of samples on which a code depends, including itself, as ibab counts them."""
        return (self.filter_width - 1) * sum(self.dilations) + self.causal_width

    def tensor_shapes(self) -> Shapes:
        """The tensors of a checkpoint: name -> shape."""
        layers, width = len(self.dilations), self.filter_width
        residual, dilation = self.residual_channels, self.dilation_channels
        skip, codes = self.skip_channels, self.quantization_channels
        inputs = 1 if self.scalar_input else codes
        shapes: Shapes = {
            "causal.weight": (self.causal_width, inputs, residual),
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


class Sampling(BaseModel):
    """How the next code is sampled from the distribution that the network predicts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: Annotated[TemperatureLike, SHORT_FORM] = Field(
        default=1.0,
        description="divides the logits: below 1 favours likely codes, 0 always chooses the "
        "likeliest; or breakpoints [seconds, temperature] of the take",
    )
    top_k: Annotated[int | None, SHORT_FORM] = Field(
        default=None,
        ge=1,
        le=65_536,
        description="sample only from the k likeliest codes; null: from all",
    )
    towards_silence: Annotated[float, SHORT_FORM] = Field(
        default=0.0,
        ge=0,
        le=1000,
        description="pull towards silence: subtracted from the logits of the loudest codes, nats; "
        "1 is gentle, 10 strong",
    )


class Objective(BaseModel):
    """The initial weights, and the noise on inputs in fine-tuning.

    Fine-tuning adds noise to the input codes, never to the target codes, so that the network learns
    to recover from its own errors. About half of the windows stay clean.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    initialisation: Literal["glorot", "smooth"] = Field(
        default="smooth", description="initial weights"
    )
    finetune_noise: float = Field(
        default=4.0, ge=0, le=64, description="greatest standard deviation of that noise, codes"
    )
