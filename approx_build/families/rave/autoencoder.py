"""Encoder and decoder of RAVE as stacks of convolutions, in the published forms v1 and v2.

Caillon and Esling, RAVE (2021, arXiv:2111.05011), and the configurations v1 and v2 of their code,
with other names of tensors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from approx_build.families.rave.layers import Convolution, Residual, Stack

_V1_DILATIONS = ((1, 1), (3, 1), (5, 1))


@dataclass(frozen=True)
class Sizes:
    """The parameters on which the stacks depend, under the same names."""

    layout: str
    bands: int
    capacity: int
    ratios: tuple[int, ...]
    unit_dilations: tuple[tuple[int, ...], ...]
    latent_channels: int
    biases: bool
    noise_bands: int
    noise_channels: int
    noise_ratios: tuple[int, ...]


def encoder(sizes: Sizes) -> Stack:
    """From bands [bands] to means and scales [2 latents]; a row is a latent."""
    return tuple((_encoder_v1 if sizes.layout == "v1" else _encoder_v2)(sizes))


def decoder(sizes: Sizes) -> dict[str, Stack]:
    """From latents: the trunk, and the branches that read its result."""
    return (_decoder_v1 if sizes.layout == "v1" else _decoder_v2)(sizes)


def _encoder_v1(sizes: Sizes) -> Iterator[Convolution]:
    """Convolutions with norms between them; means and scales read half of the channels each."""
    width, bias = sizes.capacity, sizes.biases
    yield Convolution("encoder.first", sizes.bands, width, 7, has_bias=bias, has_norm=True)
    for level, ratio in enumerate(sizes.ratios):
        is_last = level == len(sizes.ratios) - 1
        yield Convolution(
            f"encoder.{level}.down",
            width,
            2 * width,
            2 * ratio + 1,
            ratio,
            is_activated=True,
            has_bias=bias,
            has_norm=not is_last,
        )
        width *= 2
    yield Convolution(
        "encoder.last",
        width,
        2 * sizes.latent_channels,
        5,
        groups=2,
        is_activated=True,
        has_bias=bias,
    )


def _encoder_v2(sizes: Sizes) -> Iterator[Convolution | Residual]:
    width, bias = sizes.capacity, sizes.biases
    yield Convolution("encoder.first", sizes.bands, width, 7, has_gain=True, has_bias=bias)
    for level, (ratio, dilations) in enumerate(
        zip(sizes.ratios, sizes.unit_dilations, strict=True)
    ):
        yield from _units(f"encoder.{level}", width, dilations, bias)
        yield Convolution(
            f"encoder.{level}.down",
            width,
            2 * width,
            2 * ratio,
            ratio,
            is_activated=True,
            has_gain=True,
            has_bias=bias,
        )
        width *= 2
    yield Convolution(
        "encoder.last",
        width,
        2 * sizes.latent_channels,
        3,
        is_activated=True,
        has_gain=True,
        has_bias=bias,
    )


def _units(name: str, width: int, dilations: tuple[int, ...], bias: bool) -> Iterator[Residual]:
    """Residual units of v2: a dilated convolution and one of a single tap."""
    for number, dilation in enumerate(dilations):
        first, second = (
            Convolution(
                f"{name}.{number}.{place}",
                width,
                width,
                taps,
                dilation=spread,
                is_activated=True,
                has_gain=True,
                has_bias=bias,
            )
            for place, (taps, spread) in enumerate(((3, dilation), (1, 1)))
        )
        yield Residual((first, second))


def _decoder_v2(sizes: Sizes) -> dict[str, Stack]:
    width, bias = sizes.capacity << len(sizes.ratios), sizes.biases
    trunk: list[Convolution | Residual] = [
        Convolution("decoder.first", sizes.latent_channels, width, 3, has_gain=True, has_bias=bias)
    ]
    pairs = list(zip(sizes.ratios, sizes.unit_dilations, strict=True))[::-1]
    for level, (ratio, dilations) in enumerate(pairs):
        trunk.append(_up(f"decoder.{level}.up", width, ratio, bias))
        width //= 2
        trunk += _units(f"decoder.{level}", width, dilations, bias)
    wave = Convolution(
        "decoder.wave", width, 2 * sizes.bands, 7, is_activated=True, has_gain=True, has_bias=bias
    )
    return {"trunk": tuple(trunk), "wave": (wave,)} | _noise(sizes, width, twice=True)


def _decoder_v1(sizes: Sizes) -> dict[str, Stack]:
    width, bias = sizes.capacity << len(sizes.ratios), sizes.biases
    trunk: list[Convolution | Residual] = [
        Convolution("decoder.first", sizes.latent_channels, width, 7, has_gain=True, has_bias=bias)
    ]
    # Unlike v2, from the first ratio to the last: the published parameter counts show it.
    for level, ratio in enumerate(sizes.ratios):
        trunk.append(_up(f"decoder.{level}.up", width, ratio, bias))
        width //= 2
        trunk += _stack_v1(f"decoder.{level}", width, bias)
    heads = {
        name: (Convolution(f"decoder.{name}", width, made, taps, has_gain=True, has_bias=bias),)
        for name, made, taps in (("wave", sizes.bands, 7), ("loudness", 1, 3))
    }
    return {"trunk": tuple(trunk), **heads, **_noise(sizes, width, twice=False)}


def _stack_v1(name: str, width: int, bias: bool) -> Iterator[Residual]:
    for number, dilations in enumerate(_V1_DILATIONS):
        yield Residual(
            tuple(
                Convolution(
                    f"{name}.{number}.{place}",
                    width,
                    width,
                    3,
                    dilation=dilation,
                    is_activated=True,
                    has_gain=True,
                    has_bias=bias,
                )
                for place, dilation in enumerate(dilations)
            )
        )


def _up(name: str, width: int, ratio: int, bias: bool) -> Convolution:
    """A transposed convolution that halves the channels."""
    return Convolution(
        name,
        width,
        width // 2,
        2 * ratio,
        ratio,
        is_transposed=True,
        is_activated=True,
        has_gain=True,
        has_bias=bias,
    )


def _noise(sizes: Sizes, width: int, twice: bool) -> dict[str, Stack]:
    """The branch of noise: magnitudes for each band and block; none without `noise_bands`.

    Without weight norm. Its convolutions have twice as many taps as their stride in v2, 3 in v1.
    """
    if not sizes.noise_bands:
        return {}
    found, last = list[Convolution](), len(sizes.noise_ratios) - 1
    for level, ratio in enumerate(sizes.noise_ratios):
        made = sizes.bands * sizes.noise_bands if level == last else sizes.noise_channels
        found.append(
            Convolution(
                f"decoder.noise.{level}",
                width,
                made,
                2 * ratio if twice else 3,
                ratio,
                is_activated=level > 0,
                has_bias=sizes.biases,
            )
        )
        width = made
    return {"noise": tuple(found)}
