"""Parameters of a DanceDiffusion network: its window, its levels, and its training.

**Tensors of a checkpoint**, all float32, have the names and shapes of stable-audio-tools'
`DiffusionAttnUnet1D`, listed in `unet_weights`, without the constants of its resampling, which are
not weights (`state_dict` adds and removes them).

**Window.** Every level except the first halves the length, and the deepest needs three samples to
mirror at its ends. So a window is a multiple of 2^(depth - 1), and at least three times that.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from approx_build.families.dance_diffusion.unet_weights import SHORTEST, UNetShape, heads
from approx_build.families.parameters import Parameters, Shapes

Channels = Annotated[int, Field(ge=1, le=4096)]
PUBLISHED_CHANNELS = (128, 128, 256, 256, *(512,) * 10)


class DanceDiffusionParameters(Parameters):
    """Sizes of the U-Net, and the rate and channels of its sound."""

    family: Literal["dance-diffusion"] = "dance-diffusion"
    sample_rate: int = Field(48000, ge=1000, le=192000, description="rate of the sound, Hz")
    sound_channels: int = Field(2, ge=1, le=2, description="channels of the sound")
    window: int = Field(65536, ge=SHORTEST, le=1 << 24, description="length of the sound, samples")
    depth: int = Field(
        14, ge=2, le=20, description="number of levels; each but the first halves the length"
    )
    level_channels: tuple[Channels, ...] = Field(
        PUBLISHED_CHANNELS,
        min_length=2,
        max_length=20,
        description="channels of each level from the top; those beyond `depth` are not used",
    )
    attention_levels: int = Field(
        6,
        ge=0,
        le=19,
        description="how many of the deepest levels have attention: Harmonai's n_attn_layers "
        "and two more",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.level_channels) < self.depth:
            raise ValueError(
                f"level_channels: {len(self.level_channels)} numbers for a depth of {self.depth}; "
                "each level needs one"
            )
        if self.attention_levels >= self.depth:
            raise ValueError(
                f"attention_levels: {self.attention_levels}; at most {self.depth - 1}, since the "
                "first level has none"
            )
        self._check_heads()
        self._check_window()
        return self

    def _check_heads(self) -> None:
        for number in range(2, self.depth + 1):
            # The last block of a level, including its attention, has the channels of the level
            # above.
            for channels in self.level_channels[number - 2 : number]:
                if self.has_attention(number) and channels % heads(channels):
                    raise ValueError(
                        f"level_channels: {channels} channels cannot be shared by "
                        f"{heads(channels)} heads of attention; take a multiple of 32"
                    )

    def _check_window(self) -> None:
        below = max(SHORTEST, self.window // self.grid) * self.grid
        above = max(SHORTEST, -(-self.window // self.grid)) * self.grid
        if self.window in (below, above):
            return
        allowed = f"{above}" if self.window < below else f"{below} or {above}"
        raise ValueError(
            f"window: {self.window} samples; a depth of {self.depth} needs a multiple of "
            f"{self.grid}, at least {SHORTEST * self.grid}: {allowed}, or less depth"
        )

    @property
    def channels(self) -> int:
        """Channels of the sound that the network reads and generates."""
        return self.sound_channels

    @property
    def grid(self) -> int:
        """A window is a multiple of this number of samples."""
        return 1 << (self.depth - 1)

    @property
    def shape(self) -> UNetShape:
        """The blocks and tensors of the network."""
        return UNetShape(
            self.sound_channels, self.level_channels[: self.depth], self.attention_levels
        )

    @property
    def rate(self) -> int:
        """Sample rate of the network, Hz."""
        return self.sample_rate

    @property
    def receptive_field(self) -> int:
        """The whole window: every sample depends on every other."""
        return self.window

    def has_attention(self, level: int) -> bool:
        """Whether a level, counted from 1 at the top, has attention."""
        return level > self.depth - self.attention_levels

    def tensor_shapes(self) -> Shapes:
        """The tensors of a checkpoint: name -> shape."""
        return self.shape.tensors()

    def check_training_window(self, size: int) -> None:
        """ValueError unless training windows of `size` samples equal those of the network."""
        if size != self.window:
            raise ValueError(f"must be {self.window}, the network's own window (is {size})")


class Objective(BaseModel):
    """The distribution of noise levels in training.

    DanceDiffusion trains on whole windows: `window` of `training:` must equal `window` of the
    network.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: Literal["crash", "linear"] = Field(
        default="crash",
        description="distribution of noise levels: crash prefers the cleanest and the noisiest, "
        "linear is uniform",
    )
    times: Literal["sobol", "uniform"] = Field(
        default="sobol",
        description="random numbers of noise levels: sobol spreads them evenly over a few windows",
    )
