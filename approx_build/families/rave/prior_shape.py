"""The sizes of a prior: its dilations, its tensors, and its receptive field.

Tensors, P being `prior_channels`:

    prior.first.weight     [P, L], with .bias [P]
    prior.I.now, .before   [2 P, P]: filters, then gates; prior.I.bias [2 P]
    prior.I.out.weight     [P, P], with .bias [P]
    prior.last.weight      [2 L, P], with .bias [2 L]
"""

from __future__ import annotations

from approx_build.families.parameters import Shapes

_CYCLE = 4
"""Dilations are 1, 2, 4, 8, repeated."""


def dilations(layers: int) -> tuple[int, ...]:
    """The dilation of each layer."""
    return tuple(1 << layer % _CYCLE for layer in range(layers))


def prior_receptive_field(layers: int) -> int:
    """Number of latents on which a prediction depends."""
    return sum(dilations(layers)) + 1


def prior_shapes(latents: int, channels: int, layers: int) -> Shapes:
    """The tensors of a prior; none without channels."""
    if not channels:
        return {}
    shapes: Shapes = {"prior.first.weight": (channels, latents), "prior.first.bias": (channels,)}
    for layer in range(layers):
        shapes |= {
            f"prior.{layer}.before": (2 * channels, channels),
            f"prior.{layer}.now": (2 * channels, channels),
            f"prior.{layer}.bias": (2 * channels,),
            f"prior.{layer}.out.weight": (channels, channels),
            f"prior.{layer}.out.bias": (channels,),
        }
    shapes["prior.last.weight"] = (2 * latents, channels)
    return shapes | {"prior.last.bias": (2 * latents,)}
