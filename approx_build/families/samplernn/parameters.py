"""Parameters of a SampleRNN: its tiers, tensors, controls of generation and training.

**Tensors of a checkpoint**, all float32, with d = `width`, Q = `codes`, E = `embedding`. Frame
tiers are counted from the lowest, 0; tier k reads frames of F = `frame_sizes[k]` codes and makes
r = F / (size of the tier below, 1 for samples) rows for each. A product is row · matrix.

    tiers.K.start                    [layers, d]; with `learn_start`
    tiers.K.input.weight, .bias      [F, d], [d]; not in the top tier without `top_input`
    tiers.K.gru.L.input.weight       [d or F, 3d], .bias [3d]: the gates r, z, n side by side
    tiers.K.gru.L.state.weight       [d, 3d], .bias [3d] with `reset: after`
    tiers.K.upsample.weight          [r, d, d], .bias [r, d] with `upsample_biases`
    embedding                        [Q, E]
    mlp.input.weight                 [F of tier 0, E, d], no bias; the oldest code first
    mlp.hidden.weight, .bias         [hidden layers, d, d], [hidden layers, d]
    mlp.output.weight, .bias         [d, Q], [Q]

If a published form has weight normalisation, it is folded: its gains are not tensors here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from approx_build.families.parameters import SHORT_FORM, Parameters, Shapes, TemperatureLike

LARGEST_FRAME = 4096
HIDDEN_LAYERS = {"deepsound": 1, "mehri": 2}
"""Layers of the sample-level tier between its first and its last, by `mlp`."""

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "house": {},
        "prism": {
            "frame_sizes": (16, 64),
            "width": 1024,
            "layers": 4,
            "embedding": 256,
            "mlp": "mehri",
            "learn_start": False,
            "upsample_biases": False,
        },
        "deepsound": {
            "frame_sizes": (16, 64),
            "width": 1024,
            "layers": 2,
            "embedding": 256,
            "quantization": "linear",
        },
        "mehri": {
            "frame_sizes": (2, 8),
            "width": 1024,
            "embedding": 256,
            "quantization": "linear",
            "reset": "before",
            "mlp": "mehri",
            "top_input": False,
        },
    }
)
"""The published forms: their differences from the defaults."""


class SampleRNNParameters(Parameters):
    """Sizes of a SampleRNN, and the rate of its sound.

    A preset supplies the parameters that are not given.
    """

    family: Literal["samplernn"] = "samplernn"
    preset: Literal["house", "prism", "deepsound", "mehri"] = Field(
        "house", description="form whose values the other parameters have by default"
    )
    sample_rate: int = Field(16000, ge=1000, le=192000, description="rate of the sound, Hz")
    frame_sizes: tuple[Annotated[int, Field(ge=1, le=LARGEST_FRAME)], ...] = Field(
        (4, 16),
        min_length=1,
        max_length=2,
        description="samples in a frame of each recurrent tier, the lowest tier first; each size "
        "divides the next",
    )
    width: int = Field(128, ge=1, le=8192, description="units of every layer")
    layers: int = Field(1, ge=1, le=16, description="GRU layers of each recurrent tier")
    embedding: int = Field(64, ge=1, le=8192, description="size of the embedding of a code")
    codes: int = Field(256, ge=2, le=256, description="number of codes")
    quantization: Literal["mu-law", "linear"] = Field(
        "mu-law", description="how samples become codes"
    )
    reset: Literal["after", "before"] = Field(
        "after",
        description="where a GRU's reset gate acts: after the product with the state, as torch and "
        "Keras have it, or before",
    )
    mlp: Literal["deepsound", "mehri"] = Field(
        "deepsound",
        description="the sample-level tier: deepsound has a ReLU on its first layer and one more "
        "hidden layer; mehri has no such ReLU and two more hidden layers",
    )
    top_input: bool = Field(
        True, description="an input map in the top tier; false: its GRU reads the frame itself"
    )
    learn_start: bool = Field(True, description="a learned first state; false: zeros")
    upsample_biases: bool = Field(True, description="biases where a tier conditions the one below")

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, given: Any) -> Any:
        """Complete the given parameters with those of the preset."""
        if not isinstance(given, Mapping):
            return given
        preset = given.get("preset")
        values = {**(PRESETS.get(preset, {}) if isinstance(preset, str) else {}), **given}
        if isinstance(sizes := values.get("frame_sizes"), list):  # YAML gives a list
            values["frame_sizes"] = tuple(sizes)
        return values

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for lower, upper in zip(self.frame_sizes, self.frame_sizes[1:], strict=False):
            if upper % lower or upper == lower:
                below = max(2, upper // lower) * lower
                raise ValueError(
                    f"frame_sizes: {upper} is no multiple of {lower} above it; each size must "
                    f"divide the next: {below} or {below + lower}"
                )
        return self

    @property
    def rate(self) -> int:
        """Sample rate of the network, Hz."""
        return self.sample_rate

    @property
    def top_frame(self) -> int:
        """Samples in a frame of the top tier."""
        return self.frame_sizes[-1]

    @property
    def receptive_field(self) -> int:
        """Number of past codes that are direct inputs; the states of tiers depend on older ones."""
        return 2 * self.top_frame - 1

    @property
    def hidden_layers(self) -> int:
        """Layers of the sample-level tier between its first and its last."""
        return HIDDEN_LAYERS[self.mlp]

    def ratio(self, tier: int) -> int:
        """Number of rows that a frame of a tier makes for the tier below."""
        return self.frame_sizes[tier] // (self.frame_sizes[tier - 1] if tier else 1)

    def has_input(self, tier: int) -> bool:
        """Whether a tier maps its frame before the GRU reads it."""
        return self.top_input or tier + 1 < len(self.frame_sizes)

    def tensor_shapes(self) -> Shapes:
        """The tensors of a checkpoint: name -> shape."""
        width, hidden = self.width, self.hidden_layers
        tiers = [pair for tier in range(len(self.frame_sizes)) for pair in self._tier(tier)]
        return {
            **dict(tiers),
            "embedding": (self.codes, self.embedding),
            "mlp.input.weight": (self.frame_sizes[0], self.embedding, width),
            "mlp.hidden.weight": (hidden, width, width),
            "mlp.hidden.bias": (hidden, width),
            "mlp.output.weight": (width, self.codes),
            "mlp.output.bias": (self.codes,),
        }

    def _tier(self, tier: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        name, width, frame = f"tiers.{tier}", self.width, self.frame_sizes[tier]
        if self.learn_start:
            yield f"{name}.start", (self.layers, width)
        if self.has_input(tier):
            yield f"{name}.input.weight", (frame, width)
            yield f"{name}.input.bias", (width,)
        for layer in range(self.layers):
            is_frame = layer == 0 and not self.has_input(tier)
            gru = f"{name}.gru.{layer}"
            yield f"{gru}.input.weight", (frame if is_frame else width, 3 * width)
            yield f"{gru}.input.bias", (3 * width,)
            yield f"{gru}.state.weight", (width, 3 * width)
            if self.reset == "after":
                yield f"{gru}.state.bias", (3 * width,)
        yield f"{name}.upsample.weight", (self.ratio(tier), width, width)
        if self.upsample_biases:
            yield f"{name}.upsample.bias", (self.ratio(tier), width)

    def check_training_window(self, size: int) -> None:
        """ValueError unless a window is two or more whole frames of the top tier."""
        frame = self.top_frame
        below = max(2, size // frame) * frame
        if size == below:
            return
        nearest = f"{below}" if size < below else f"{below} or {below + frame}"
        raise ValueError(
            f"must be a multiple of {frame}, the top tier's frame, and at least {2 * frame}: "
            f"{nearest} (is {size})"
        )


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
    """Truncated back-propagation through time.

    A training window consists of one frame of the top tier and a sequence of chunks. Each chunk
    starts with the states after the previous one, but no gradient crosses the border.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    chunk: int = Field(
        default=512,
        ge=1,
        le=1 << 24,
        description="samples within which gradients flow, rounded up to whole frames of the top "
        "tier",
    )
    warm_up: int = Field(
        default=0,
        ge=0,
        le=1024,
        description="chunks at the beginning of a window whose loss is ignored; with 1 or "
        "more, a learned first state learns nothing",
    )
