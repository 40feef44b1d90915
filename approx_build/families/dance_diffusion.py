"""DanceDiffusion: a window of sound from noise, all at once, by a U-Net that takes noise away.

Harmonai's sample-generator (2022): an unconditional U-Net on the waveform with attention in its
deepest levels, trained on the velocity v = α · noise - σ · sound (Salimans and Ho, Progressive
distillation, 2022, arXiv:2202.00512) of sound that is noisy by the «crash» schedule. The network
hears [C, T] and, as 16 further channels, the cosines and sines of its noise level at learned
frequencies; it says v [C, T]. `diffusion` makes sound of that.

**Tensors of a checkpoint**, all float32, bear the names and shapes of stable-audio-tools'
`DiffusionAttnUnet1D`, as `kernels.unet_weights` lists them, less the constants of its resampling,
which are no weights (`dance_diffusion_state` adds and removes them).

**Window.** Every level but the first halves the length, and the deepest needs three samples to
mirror at its ends: a window is a multiple of 2^(depth - 1), at least three times that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from approx_build.audio.clip import Clip
from approx_build.diffusion.margins import inside
from approx_build.families.base import (
    FAMILIES,
    Family,
    Network,
    Shapes,
    Stage,
    TakeRequest,
    Told,
    Weights,
)
from approx_build.families.dance_diffusion_sampling import Sampling
from approx_build.kernels.unet_weights import SHORTEST, Block, UNetShape, heads
from approx_build.kernels.unet_weights import Level as UNetLevel

Channels = Annotated[int, Field(ge=1, le=4096)]
PUBLISHED_CHANNELS = (128, 128, 256, 256, *(512,) * 10)


class Objective(BaseModel):
    """How noisy the sound is that the network learns to clean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: Literal["crash", "linear"] = Field(
        default="crash",
        description="spread of the noise levels: crash dwells on the cleanest and the noisiest, "
        "linear takes all alike",
    )
    times: Literal["sobol", "uniform"] = Field(
        default="sobol",
        description="order of the levels: sobol spreads them evenly over a few windows already",
    )


@FAMILIES.register
class DanceDiffusion(Family):
    """U-Net that takes noise from a window of sound, with attention in its deepest levels."""

    version: ClassVar[int] = 3
    sampling_model: ClassVar[type[BaseModel]] = Sampling
    objective_model: ClassVar[type[BaseModel]] = Objective
    loss_unit: ClassVar[str] = "mean square of v"
    ways: ClassVar[frozenset[str]] = frozenset({"prime", "extend", "vary", "inpaint", "between"})
    has_stages: ClassVar[bool] = True
    large_by: ClassVar[str] = "`window` or `level_channels`"

    family: Literal["dance-diffusion"] = "dance-diffusion"
    sample_rate: int = Field(48000, ge=1000, le=192000, description="rate of the sound, Hz")
    sound_channels: int = Field(2, ge=1, le=2, description="channels of the sound")
    window: int = Field(65536, ge=SHORTEST, le=1 << 24, description="length of the sound, samples")
    depth: int = Field(14, ge=2, le=20, description="levels; all but the first halve the length")
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
        """Channels of the sound the network hears and makes."""
        return self.sound_channels

    @property
    def grid(self) -> int:
        """What a window is a multiple of, samples."""
        return 1 << (self.depth - 1)

    @property
    def shape(self) -> UNetShape:
        """The blocks and tensors of the network."""
        return UNetShape.of(self)

    @property
    def rate(self) -> int:
        """The rate of the sound the network hears and makes, Hz."""
        return self.sample_rate

    @property
    def receptive_field(self) -> int:
        """The whole window: every sample depends on every other."""
        return self.window

    def has_attention(self, level: int) -> bool:
        """Whether a level, from 1 at the top, has attention."""
        return level > self.depth - self.attention_levels

    def tensor_shapes(self) -> Shapes:
        """The tensors of a checkpoint: name -> shape."""
        return self.shape.tensors()

    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """What autograd keeps of a window, and the largest of what comes and goes."""
        kept, widest = 0, 0
        for length, block in _with_lengths(self.shape.top(), size):
            # Inputs of both convolutions, norms and GELUs, and the sum.
            here = length * (block.given + 3 * block.inside + 3 * block.made)
            if block.attention:
                # Norm, queries, keys, values, result; and a matrix of weights for each head.
                here += length * (7 * block.made + 2 * block.heads * length)
            kept, widest = kept + here, max(widest, here)
        return 4 * (kept + 2 * widest)

    def cost(self, samples: int, sampling: Sampling, way: str | None = None) -> float:
        """Multiply-adds of drawing `samples`: those of a window, as often as it takes."""
        from approx_build.families.dance_diffusion_cost import evaluations  # off the path: work

        work = sum(
            length * block.inside * 5 * (block.given + block.made)
            for length, block in _with_lengths(self.shape.top(), self.window)
        )
        return work * evaluations(self, samples, sampling, way)

    def check_training_window(self, size: int) -> None:
        """ValueError unless windows of `size` samples are those of the network."""
        if size != self.window:
            raise ValueError(f"must be {self.window}, the network's own window (is {size})")

    def least_heard(self, way: str) -> int:
        """The inside of a window, but where the network goes on from what it hears."""
        return 1 if way in ("prime", "extend") else inside(self.window)

    def check_way(self, way: str, sampling: Sampling) -> None:
        """ValueError for an interpolation whose sampler cannot go from sound to noise."""
        if way == "between" and not sampling.is_reversible:
            raise ValueError(
                f"sampler {sampling.sampler} cannot go from sound to noise, where what is between "
                "two sounds is found; ddim and iplms can, with eta 0"
            )

    @property
    def glimpse_s(self) -> float:
        """The inside of a window."""
        return inside(self.window) / self.rate

    def draw(
        self,
        weights: Weights,
        takes: Sequence[TakeRequest[Sampling]],
        device: str = "cpu",
        progress: Told | None = None,
    ) -> list[Clip]:
        """Clips [C, length]: the inside of a window, or windows that go on from each other."""
        from approx_build.families.dance_diffusion_takes import draw

        return draw(self, weights, takes, device, progress)

    def stages(
        self,
        weights: Weights,
        stream: str,
        sampling: Sampling,
        count: int,
        device: str = "cpu",
        progress: Told | None = None,
    ) -> list[Stage]:
        """A window on its way from noise to sound, at equal distances of steps."""
        from approx_build.families.dance_diffusion_stages import stages

        return stages(self, weights, stream, sampling, count, device, progress)

    def drawing_bytes(self, takes: Sequence[TakeRequest[Sampling]]) -> dict[str, int]:
        """Memory by item that drawing `takes` together takes at its peak, on a CPU."""
        from approx_build.families.dance_diffusion_memory import (
            drawing_bytes,
        )  # off the path: memory

        return drawing_bytes(self, takes)

    def network(self, objective: Objective | None = None) -> Network:
        """The torch code. Imports torch."""
        from approx_build.families.dance_diffusion_network import (  # off the path: training
            DanceDiffusionNetwork,
        )

        return DanceDiffusionNetwork(self, objective or Objective())


def _with_lengths(top: UNetLevel, size: int) -> Iterator[tuple[int, Block]]:
    """Each block, and how long the sound is where it stands."""
    for block in (*top.down, *top.up):
        yield size, block
    if top.inner:
        yield from _with_lengths(top.inner, size // 2)
