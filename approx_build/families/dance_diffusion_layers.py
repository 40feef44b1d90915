"""The layers of a DanceDiffusion network in the order of its forward pass, with their tensors.

One level of the U-Net halves the length, convolves, lets the levels below speak, convolves again
and doubles the length:

    level 1      3 × convolutions · <level 2> · 3 × convolutions
    level i > 1  halve · 3 × (convolutions, attention) · <level i + 1>
                 · 3 × (convolutions, attention) · double

What a level had made before the one below spoke is joined to what that one says, channel after
channel. Names are those of stable-audio-tools' state dict.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from approx_build.families.dance_diffusion import DanceDiffusion

TIME_FEATURES = 16
"""Channels that tell the network how noisy the sound is."""
CONVOLUTION_WIDTH = 5
HEAD_CHANNELS = 32
"""Attention has one head for so many channels, at least one."""

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Convolutions:
    """Two convolutions, each with norm and GELU, beside a skip; the last block ends bare."""

    name: str
    given: int
    inside: int
    made: int
    is_last: bool = False

    @property
    def has_skip_map(self) -> bool:
        """Whether the skip is a map instead of the input itself."""
        return self.given != self.made

    def shapes(self) -> Shapes:
        """The tensors of the block: name -> shape."""
        first = _convolution(f"{self.name}.main.0", self.given, self.inside, CONVOLUTION_WIDTH)
        second = _convolution(f"{self.name}.main.3", self.inside, self.made, CONVOLUTION_WIDTH)
        shapes = first | _norm(f"{self.name}.main.1", self.inside) | second
        if not self.is_last:
            shapes |= _norm(f"{self.name}.main.4", self.made)
        if self.has_skip_map:
            shapes[f"{self.name}.skip.weight"] = (self.made, self.given, 1)
        return shapes


@dataclass(frozen=True, slots=True)
class Attention:
    """Self-attention over time, beside a skip."""

    name: str
    channels: int

    @property
    def heads(self) -> int:
        """How many heads share the channels."""
        return heads(self.channels)

    def shapes(self) -> Shapes:
        """The tensors of the block: name -> shape."""
        return (
            _norm(f"{self.name}.norm", self.channels)
            | _convolution(f"{self.name}.qkv_proj", self.channels, 3 * self.channels, 1)
            | _convolution(f"{self.name}.out_proj", self.channels, self.channels, 1)
        )


@dataclass(frozen=True, slots=True)
class Halving:
    """Every second sample of the smoothed sound."""

    name: str


@dataclass(frozen=True, slots=True)
class Doubling:
    """Twice as many samples, smooth between those there were."""

    name: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """Puts what there is aside, for `Joining`."""


@dataclass(frozen=True, slots=True)
class Joining:
    """What was last put aside comes after what there is, as further channels."""


Layer = Convolutions | Attention | Halving | Doubling | Keeping | Joining


def heads(channels: int) -> int:
    """How many heads attention has on so many channels."""
    return max(1, channels // HEAD_CHANNELS)


def layers(network: DanceDiffusion) -> tuple[Layer, ...]:
    """All layers, from the noisy sound and its time features to what the network says."""
    return tuple(_top(network))


def tensor_shapes(network: DanceDiffusion) -> Shapes:
    """The tensors of a checkpoint: name -> shape."""
    shapes: Shapes = {"timestep_embed.weight": (TIME_FEATURES // 2, 1)}
    for layer in layers(network):
        if isinstance(layer, (Convolutions, Attention)):
            shapes |= layer.shapes()
    return shapes


def _top(network: DanceDiffusion) -> Iterator[Layer]:
    width, sound = network.level_channels[0], network.channels
    yield Convolutions("net.0", sound + TIME_FEATURES, width, width)
    yield Convolutions("net.1", width, width, width)
    yield Convolutions("net.2", width, width, width)
    yield Keeping()
    yield from _level(network, 2, "net.3.main")
    yield Joining()
    yield Convolutions("net.4", 2 * width, width, width)
    yield Convolutions("net.5", width, width, width)
    yield Convolutions("net.6", width, width, sound, is_last=True)


def _level(network: DanceDiffusion, number: int, name: str) -> Iterator[Layer]:
    """The layers of level `number` from 2 on, and of all below it."""
    above, width = network.level_channels[number - 2 : number]
    is_deepest = number == network.depth

    def block(place: int, given: int, made: int) -> Iterator[Layer]:
        yield Convolutions(f"{name}.{place}", given, width, made)
        if network.has_attention(number):
            yield Attention(f"{name}.{place + 1}", made)

    yield Halving(f"{name}.0")
    yield from block(1, above, width)
    yield from block(3, width, width)
    yield from block(5, width, width)
    if not is_deepest:
        yield Keeping()
        yield from _level(network, number + 1, f"{name}.7.main")
        yield Joining()
    yield from block(8, width if is_deepest else 2 * width, width)
    yield from block(10, width, width)
    yield from block(12, width, above)
    yield Doubling(f"{name}.14")


def _convolution(name: str, given: int, made: int, width: int) -> Shapes:
    return {f"{name}.weight": (made, given, width), f"{name}.bias": (made,)}


def _norm(name: str, channels: int) -> Shapes:
    return {f"{name}.weight": (channels,), f"{name}.bias": (channels,)}
