"""Parameters of a DDSP network: its sizes, tensors and training loss.

The published code has other names for the same numbers. **Tensors of a checkpoint**, all
float32; C, R, H, B = hidden and recurrent channels, harmonics, noise bands; a product is
row · matrix: out = in @ weight + bias. NAME is `pitch`, `loudness` and, in the form `ae`, `timbre`.

    NAME.I.weight            [1 or timbre numbers, C], then [C, C]; with .bias [C]
    NAME.I.norm.weight       [C], with .norm.bias [C]
    recurrent.input.weight   [inputs, 3 R]   recurrent.input.bias  [3 R]   reset, update, new
    recurrent.state.weight   [R, 3 R]        recurrent.state.bias  [3 R]
    output.I.…               as the others, from [inputs and R]
    controls.weight          [C or inputs and R, 1 + H + B]     controls.bias
    reverb.impulse           [taps], the first of which is not used
    encoder.norm.weight      [30] and .bias; encoder.recurrent.… as above; encoder.timbre.weight
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from approx_build.families.parameters import Parameters, Shapes

MFCC = 30
"""Number of coefficients that the timbre encoder reads."""
LARGEST_PRIME = 127
"""Largest prime factor of the sizes of frames."""

Channels = Annotated[int, Field(ge=1, le=4096)]


class DDSPParameters(Parameters):
    """Sizes of a DDSP network, the rate of its sound, and the range of pitches that it supports."""

    family: Literal["ddsp"] = "ddsp"
    sample_rate: int = Field(16000, ge=1000, le=192000, description="rate of the sound, Hz")
    frame_rate: int = Field(
        250, ge=10, le=1000, description="frames a second; it divides the rate of the sound"
    )
    form: Literal["solo", "ae"] = Field(
        "solo",
        description="inputs of the network: solo: pitch and loudness; ae: also the timbre "
        "that an encoder computes from a sound",
    )
    harmonics: int = Field(60, ge=1, le=512, description="sines at multiples of the pitch")
    noise_bands: int = Field(65, ge=2, le=513, description="bands of the filter of the noise")
    hidden_channels: Channels = Field(512, description="channels of the dense layers")
    stack_layers: int = Field(3, ge=0, le=8, description="dense layers of each stack")
    recurrent_channels: Channels = Field(512, description="channels of the GRU")
    timbre_channels: int = Field(16, ge=1, le=512, description="numbers of a timbre, with ae")
    rejoin: Literal["stacks", "controls"] = Field(
        "stacks",
        description="inputs of the output stack besides the GRU: the other stacks, or pitch, "
        "loudness and timbre themselves",
    )
    share_stacks: bool = Field(
        False, description="one stack for pitch and loudness, as in ddsp_pytorch"
    )
    reverb_taps: int = Field(
        48000, ge=0, le=480000, description="samples of the learned reverberation; 0: none"
    )
    lowest_hz: float = Field(55.0, ge=20, le=5000, description="lowest pitch, Hz")
    highest_hz: float = Field(1200.0, ge=40, le=10000, description="highest pitch, Hz")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.sample_rate % self.frame_rate or not _is_smooth(self.hop):
            nearest = min(
                self._frame_rates(),
                key=lambda rate: max(rate, self.frame_rate) - min(rate, self.frame_rate),
            )
            raise ValueError(
                f"frame_rate: {self.frame_rate} frames a second do not fit "
                f"{self.sample_rate} Hz; the nearest that does is {nearest}"
            )
        if self.highest_hz < 2 * self.lowest_hz or self.highest_hz > self.sample_rate / 2:
            raise ValueError(
                f"highest_hz: {self.highest_hz:g}; must be from {2 * self.lowest_hz:g} (an octave "
                f"above lowest_hz) to {self.sample_rate / 2:g} (half the rate)"
            )
        return self

    def _frame_rates(self) -> Iterator[int]:
        rate = self.sample_rate
        return (n for n in range(10, 1001) if rate % n == 0 and _is_smooth(rate // n))

    @property
    def rate(self) -> int:
        """Sample rate of the network, Hz."""
        return self.sample_rate

    @property
    def hop(self) -> int:
        """Samples from frame to frame."""
        return self.sample_rate // self.frame_rate

    @property
    def taps(self) -> int:
        """Taps of the filter of the noise."""
        return 2 * (self.noise_bands - 1)

    @property
    def lookahead(self) -> int:
        """Frames after a frame on which its sound depends."""
        return -(-max(self.hop, self.taps // 2) // self.hop)

    @property
    def receptive_field(self) -> int:
        """Number of samples that determine the inputs of a frame, without the GRU's state."""
        return 2 * self.hop + self.taps

    @property
    def controls(self) -> int:
        """Number of outputs for each frame: amplitude, harmonics, noise bands."""
        return 1 + self.harmonics + self.noise_bands

    @property
    def inputs(self) -> int:
        """Number of inputs for each frame."""
        return sum(sorted(self.stacks.values()))

    @property
    def stacks(self) -> dict[str, int]:
        """The inputs of the network, and how many numbers each has."""
        timbre = {"timbre": self.timbre_channels} if self.form == "ae" else {}
        return {"pitch": 1, "loudness": 1} | timbre

    @property
    def stack_outputs(self) -> int:
        """Number of inputs of the GRU for each frame."""
        if not self.stack_layers:
            return self.inputs
        return len(self.stacks) * self.hidden_channels

    @property
    def output_inputs(self) -> int:
        """Number of inputs of the output stack for each frame."""
        beside = self.stack_outputs if self.rejoin == "stacks" else self.inputs
        return beside + self.recurrent_channels

    def tensor_shapes(self) -> Shapes:
        """The tensors of a checkpoint: name -> shape."""
        recurrent, shapes = self.recurrent_channels, Shapes()
        for name, width in self.stacks.items():
            if not (self.share_stacks and name == "loudness"):
                shapes |= self._stack(name, width)
        shapes |= _recurrent("recurrent", self.stack_outputs, recurrent)
        shapes |= self._stack("output", self.output_inputs)
        last = self.hidden_channels if self.stack_layers else self.output_inputs
        shapes |= _dense("controls", last, self.controls)
        if self.reverb_taps:
            shapes["reverb.impulse"] = (self.reverb_taps,)
        if self.form == "ae":
            shapes |= {"encoder.norm.weight": (MFCC,), "encoder.norm.bias": (MFCC,)}
            shapes |= _recurrent("encoder.recurrent", MFCC, recurrent)
            shapes |= _dense("encoder.timbre", recurrent, self.timbre_channels)
        return shapes

    def _stack(self, name: str, width: int) -> Shapes:
        channels, shapes = self.hidden_channels, Shapes()
        for layer in range(self.stack_layers):
            shapes |= _dense(f"{name}.{layer}", width if layer == 0 else channels, channels)
            shapes[f"{name}.{layer}.norm.weight"] = (channels,)
            shapes[f"{name}.{layer}.norm.bias"] = (channels,)
        return shapes

    def check_training_window(self, size: int) -> None:
        """ValueError unless the network can learn from windows of `size` samples."""
        if size % self.hop or size < 4 * self.hop:
            nearest = max(4, round(size / self.hop)) * self.hop
            raise ValueError(
                f"{size} samples are no whole number of frames of {self.hop}, at least 4; "
                f"the nearest window is {nearest}"
            )


class Objective(BaseModel):
    """The training loss of a DDSP network: distances between spectra of several sizes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    largest_size: int | None = Field(
        default=None,
        ge=64,
        le=16384,
        description="samples of the largest of the spectra; null: an eighth of a second, to the "
        "nearest power of two",
    )
    sizes: int = Field(
        default=6, ge=1, le=10, description="spectra, each of half the size of the last"
    )
    log_weight: float = Field(
        default=1.0, ge=0, le=100, description="weight of the difference of logarithms"
    )
    least_pitched: float = Field(
        default=0.66,
        ge=0,
        le=1,
        description="share of frames with a clear pitch that a window should have",
    )
    unpitched_weight: float = Field(
        default=0.1, ge=0, le=1, description="weight of windows that have less"
    )


def _dense(name: str, inputs: int, outputs: int) -> Shapes:
    return {f"{name}.weight": (inputs, outputs), f"{name}.bias": (outputs,)}


def _recurrent(name: str, inputs: int, channels: int) -> Shapes:
    return _dense(f"{name}.input", inputs, 3 * channels) | _dense(
        f"{name}.state", channels, 3 * channels
    )


def _is_smooth(hop: int) -> bool:
    """Whether a transform of `size` samples exists: no prime factor exceeds `LARGEST_PRIME`."""
    for prime in range(2, LARGEST_PRIME + 1):
        while hop % prime == 0:
            hop //= prime
    return hop == 1
