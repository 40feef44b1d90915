"""The memory that a RAVE network needs for takes and in training, and the work of a take.

Off the path of a sample: it counts memory and work.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from approx_build.families.parameters import numbers_in
from approx_build.families.rave.codec import block_of, output_rows, stacks
from approx_build.families.rave.layers import Convolution, Stack, convolutions, multiply_adds
from approx_build.families.rave.parameters import RAVEParameters
from approx_build.families.rave.prior_shape import prior_shapes
from approx_build.families.rave.programs import stack_program
from approx_build.families.rave.sampling import Sampling
from approx_build.families.take_request import TakeRequest
from approx_build.ways.between import Interpolation
from approx_build.ways.prime import Priming
from approx_build.ways.transfer import TransferConditioning

_FLOAT, _DOUBLE, _LANES = 4, 8, 16
_OF_A_LATENT = 6
"""Number of float32 arrays of latents that exist at once."""
_PACKING = 6
"""Multiply-adds that take as long as folding and packing a weight."""
_OF_SPECTRA = 244
"""Floats that five sizes of spectra of sound and bands keep for a sample (measured)."""
_OF_DISCRIMINATORS = 2.25
"""Floats kept for each output of a discriminator while the decoder learns from it (measured)."""
_OF_A_PRIOR, _OF_A_PRODUCT = 1_100, 15_000_000
"""Multiply-adds that take as long as one of the prior, and as the rest of one of its layers."""
_OF_A_SAMPLE = 400
"""Multiply-adds that take as long as NumPy needs for a sample of the bands."""


def drawing_bytes(
    network: RAVEParameters, takes: Sequence[TakeRequest[Sampling]]
) -> dict[str, int]:
    """Bytes by item of generating `takes` one after another."""
    frames = max((-(-take.length // network.hop) for take in takes), default=0)
    with_sound = TransferConditioning | Interpolation | Priming
    has_sound = any(isinstance(take.conditioning, with_sound) for take in takes)
    parts = _parts(network, has_sound)
    rows = _rows(network, min(frames, block_of(network)))
    layers = widest = 0
    for name, stack in parts.items():
        program = stack_program(stack, rows[name])
        layers += program.memory_floats + program.scratch_floats
        # The rows of input and output, and both with their axes swapped.
        ends = rows[name] * next(convolutions(stack)).inputs
        made = output_rows(stack, rows[name]) * list(convolutions(stack))[-1].outputs
        widest = max(widest, 2 * (ends + made))
    margins = 2 * network.decoder_margin
    return {
        "weights": _FLOAT * network.parameter_count,
        "packed weights": _FLOAT * sum(map(_packed, _layers(parts))),
        "folding": 2 * _DOUBLE * max(math.prod(layer.shape) for layer in _layers(parts)),
        "layers": _FLOAT * layers,
        "between layers": _FLOAT * widest,
        "latents": _OF_A_LATENT * _FLOAT * network.latent_channels * (frames + margins),
        "clips": _FLOAT * (sum(take.length for take in takes) + 2 * frames * network.hop),
    }


def cost(network: RAVEParameters, samples: int, way: str | None) -> float:
    """Multiply-adds of generating `samples`, including the encoding of sounds and margins."""
    sounds = {"transfer": 1, "between": 2}.get(way or "", 0)
    frames = -(-samples // network.hop)
    blocks = -(-frames // block_of(network))
    total = Fraction(0)
    for name, stack in _parts(network, sounds > 0).items():
        is_encoding = name in ("analysis", "encoder")
        margin = network.encoder_margin if is_encoding else network.decoder_margin
        count = (frames + 2 * margin * blocks) * (sounds if is_encoding else 1)
        total += count * multiply_adds(stack) * _rates(network, name)
    if way in (None, "prime") and network.prior_channels:
        numbers = numbers_in(
            prior_shapes(network.latent_channels, network.prior_channels, network.prior_layers)
        )
        total += frames * (_OF_A_PRIOR * numbers + _OF_A_PRODUCT * network.prior_layers)
    weights = sum(math.prod(layer.shape) for layer in _layers(_parts(network, sounds > 0)))
    return float(total) + _OF_A_SAMPLE * samples + _PACKING * weights


def activation_bytes(network: RAVEParameters, size: int) -> int:
    """Memory of autograd for a window of `size` samples, in the turn that needs most."""
    rows = Fraction(size, network.bands)
    encoder = sum(_kept(network.encoder, rows))
    decoder = sum(_kept(network.decoder["trunk"], Fraction(size, network.hop)))
    for name, stack in network.decoder.items():
        if name != "trunk":
            decoder += sum(_kept(stack, rows))
    spectra = _OF_SPECTRA * size
    of_discriminators = sum(one.activations(size) for one in network.discriminators)
    turns = (
        encoder + decoder + spectra,
        decoder + spectra + _OF_DISCRIMINATORS * of_discriminators,
        # A discriminator keeps inputs and outputs for two sounds.
        4 * of_discriminators,
    )
    return _FLOAT * int(max(turns) + 4 * size)


def _kept(stack: Stack, rows: Fraction) -> Iterator[float]:
    """Floats that each convolution keeps: its input, also after the activation, and its output."""
    for layer in convolutions(stack):
        made = rows * layer.rate
        yield float(rows * layer.inputs * (2 if layer.is_activated else 1) + made * layer.outputs)
        rows = made


def _parts(network: RAVEParameters, has_sound: bool) -> dict[str, Stack]:
    encoding = ("analysis", "encoder")
    return {n: s for n, s in stacks(network).items() if has_sound or n not in encoding}


def _rows(network: RAVEParameters, frames: int) -> dict[str, int]:
    """The input rows of each part for a block of `frames` latents."""
    rate = network.hop // network.bands
    encoded = rate * (frames + 2 * network.encoder_margin)
    decoded = frames + 2 * network.decoder_margin
    found = dict.fromkeys(network.decoder, rate * decoded)
    return {
        **found,
        "filters": rate * decoded // network.noise_block * network.bands,
        "trunk": decoded,
        "synthesis": rate * decoded,
        "analysis": encoded,
        "encoder": encoded,
    }


def _rates(network: RAVEParameters, name: str) -> Fraction:
    """The input rows of a part for each latent."""
    rate = Fraction(network.hop, network.bands)
    special = {"trunk": Fraction(1), "filters": rate * network.bands / network.noise_block}
    return special.get(name, rate)


def _layers(parts: dict[str, Stack]) -> list[Convolution]:
    return [layer for stack in parts.values() for layer in convolutions(stack)]


def _packed(layer: Convolution) -> int:
    """Floats of a packed weight."""
    outputs = -(-layer.outputs // _LANES) * _LANES
    return outputs * layer.inputs * layer.taps
