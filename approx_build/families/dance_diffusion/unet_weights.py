"""The U-Net of DanceDiffusion: its blocks in the order in which they run, and its tensors.

`DiffusionAttnUnet1D` (Harmonai, sample-generator, 2022). Names and shapes are those of
stable-audio-tools' state dict, without the constant kernels of its resampling:

    timestep_embed.weight        [8, 1]: frequencies
    net.….main.0, main.3         convolutions: weight [out, in, 5], bias [out]
    net.….main.1, main.4         norms: weight [C], bias [C]
    net.….skip.weight            [out, in, 1], where the channels change
    net.….norm                   norm before attention: weight [C], bias [C]
    net.….qkv_proj, out_proj     weight [3 C, C, 1] and [C, C, 1], and biases
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from approx_build.errors import ModelError

TIME_FEATURES = 16
"""Additional input channels, with the noise level."""
TAPS = 5
HEAD_CHANNELS = 32
SHORTEST = 3
"""Rows that the deepest level needs, to mirror them at its ends."""
MOST_SAMPLES = 1 << 24

Sizes = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Block:
    """Two convolutions with a skip, optionally followed by attention."""

    name: str
    given: int
    inside: int
    made: int
    attention: str = ""
    """The name of the attention, "" for none."""
    is_last: bool = False
    """The last block of the network: no norm and GELU after its second convolution."""

    @property
    def has_map(self) -> bool:
        """Whether the skip is a map, instead of the input itself."""
        return self.given != self.made

    @property
    def heads(self) -> int:
        """Number of heads of the attention."""
        return heads(self.made)

    def tensors(self) -> Sizes:
        """The name and shape of every tensor."""
        sizes = {
            **_map(f"{self.name}.main.0", self.given, self.inside, TAPS),
            **_norm(f"{self.name}.main.1", self.inside),
            **_map(f"{self.name}.main.3", self.inside, self.made, TAPS),
        }
        if not self.is_last:
            sizes |= _norm(f"{self.name}.main.4", self.made)
        if self.has_map:
            sizes[f"{self.name}.skip.weight"] = (self.made, self.given, 1)
        if self.attention:
            sizes |= _norm(f"{self.attention}.norm", self.made)
            sizes |= _map(f"{self.attention}.qkv_proj", self.made, 3 * self.made, 1)
            sizes |= _map(f"{self.attention}.out_proj", self.made, self.made, 1)
        return sizes


@dataclass(frozen=True, slots=True)
class Level:
    """Blocks before and after the level below; each level except the first halves the length."""

    number: int
    down: tuple[Block, ...]
    inner: Level | None
    up: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class UNetShape:
    """The sizes of a U-Net: channels of the sound, and of each level from the top."""

    channels: int
    level_channels: tuple[int, ...]
    attention_levels: int

    @property
    def depth(self) -> int:
        """Number of levels."""
        return len(self.level_channels)

    @property
    def grid(self) -> int:
        """A window is a multiple of this number of samples."""
        return 1 << (self.depth - 1)

    def check_window(self, samples: int) -> None:
        """ModelError when the network cannot process windows of this length."""
        least = SHORTEST * self.grid
        if samples % self.grid or not least <= samples <= MOST_SAMPLES:
            raise ModelError(
                f"window: {samples} samples; must be a multiple of {self.grid}, at least {least} "
                f"and at most {MOST_SAMPLES}"
            )

    def top(self) -> Level:
        """The first level, which contains all others."""
        width, given = self.level_channels[0], self.channels + TIME_FEATURES
        down = (Block("net.0", given, width, width), *self._alike("net.", (1, 2), width))
        up = (
            Block("net.4", 2 * width, width, width),
            *self._alike("net.", (5,), width),
            Block("net.6", width, width, self.channels, is_last=True),
        )
        return Level(1, down, self._below(1, "net.3.main."), up)

    def _below(self, number: int, prefix: str) -> Level | None:
        """The level below level `number`."""
        if number == self.depth:
            return None
        above, width = self.level_channels[number - 1 : number + 1]
        number += 1
        inner = self._below(number, f"{prefix}7.main.")
        has_attention = number > self.depth - self.attention_levels

        # Numbers in names are positions in Harmonai's nested Sequential, in which attention follows
        # its block.
        def block(place: int, given: int, made: int) -> Block:
            attention = f"{prefix}{place + 1}" if has_attention else ""
            return Block(f"{prefix}{place}", given, width, made, attention)

        down = block(1, above, width), block(3, width, width), block(5, width, width)
        # The way up reads the output of the level below together with that of the way down.
        joined = 2 * width if inner else width
        up = block(8, joined, width), block(10, width, width), block(12, width, above)
        return Level(number, down, inner, up)

    def _alike(self, prefix: str, places: Sequence[int], width: int) -> Iterator[Block]:
        return (Block(f"{prefix}{place}", width, width, width) for place in places)

    def tensors(self) -> Sizes:
        """The name and shape of every tensor."""
        sizes: Sizes = {"timestep_embed.weight": (TIME_FEATURES // 2, 1)}
        for block in blocks(self.top()):
            sizes |= block.tensors()
        return sizes


def heads(channels: int) -> int:
    """Number of heads of the attention with this many channels."""
    return max(1, channels // HEAD_CHANNELS)


def blocks(level: Level) -> Iterator[Block]:
    """The blocks of a level and those below, in the order in which they run."""
    yield from level.down
    if level.inner:
        yield from blocks(level.inner)
    yield from level.up


def _map(name: str, given: int, made: int, taps: int) -> Sizes:
    return {f"{name}.weight": (made, given, taps), f"{name}.bias": (made,)}


def _norm(name: str, channels: int) -> Sizes:
    return {f"{name}.weight": (channels,), f"{name}.bias": (channels,)}
