"""The prior of a RAVE network: draws one latent after another, each given those before it.

A small causal network of gated, dilated convolutions over latents, as in WaveNet (van den Oord and
others, 2016). Its output is the mean and the scale of a normal distribution of the next latent.
NumPy is fast enough for about twenty latents a second.

Products are those of `kernels.reference`; the older latent comes first.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.rave.prior_shape import dilations
from approx_build.kernels.reference import f32, gated, product
from approx_build.kernels.tensors import Floats
from approx_build.numerics import portable

LEAST_SCALE = 1e-3
_LARGEST = 80.0


class Prior:
    """A prior with its state: the latents of one take so far."""

    def __init__(self, tensors: Mapping[str, Floats], layers: int) -> None:
        self._first = tensors["prior.first.weight"].T, tensors["prior.first.bias"]
        self._last = tensors["prior.last.weight"].T, tensors["prior.last.bias"]
        channels = len(tensors["prior.first.bias"])
        self._layers = [
            _Layer(tensors, f"prior.{n}", channels, d) for n, d in enumerate(dilations(layers))
        ]

    def next(self, latent: Floats) -> tuple[Floats, Floats]:
        """Mean and scale [L] of the latent after `latent` [L]."""
        x = product(latent[np.newaxis], *self._first)
        for layer in self._layers:
            x = layer.step(x)
        output = product(x, *self._last)[0]
        mean, scale = np.split(output, 2)
        return mean, _softplus(scale)

    def continuation(self, context: Floats, normals: Floats, temperature: float) -> Floats:
        """Latents [M, L] after a context [N, L], drawn with normals [M, L]."""
        latent = np.zeros(normals.shape[1], np.float32)
        mean, scale = self.next(latent)
        for latent in context:
            mean, scale = self.next(latent)
        made = np.empty_like(normals)
        for row, drawn in zip(made, normals, strict=True):
            row[:] = mean + (f32(temperature) * scale) * drawn
            mean, scale = self.next(row)
        return made


class _Layer:
    """A gated convolution of two taps, with its previous inputs."""

    def __init__(
        self, tensors: Mapping[str, Floats], name: str, channels: int, dilation: int
    ) -> None:
        weights = tensors[f"{name}.before"], tensors[f"{name}.now"]
        self._weight = np.concatenate(weights, axis=1).T
        self._bias = tensors[f"{name}.bias"]
        self._out = tensors[f"{name}.out.weight"].T, tensors[f"{name}.out.bias"]
        self._before = np.zeros((dilation, 1, channels), np.float32)
        self._at = 0

    def step(self, x: Floats) -> Floats:
        """The channels [1, P] of the next layer."""
        before = self._before[self._at].copy()
        self._before[self._at] = x
        self._at = (self._at + 1) % len(self._before)
        gates_in = product(np.concatenate([before, x], axis=1), self._weight, self._bias)
        filtered, gates = np.split(gates_in, 2, axis=1)
        return np.asarray(x + product(gated(filtered, gates), *self._out), np.float32)


def _softplus(x: Floats) -> Floats:
    """ln(1 + e^x) + 1e-3, in portable float64, rounded once."""
    wide = x.astype(np.float64)
    small = np.minimum(np.maximum(wide, -_LARGEST), _LARGEST)
    made = np.where(wide > _LARGEST, wide, portable.log1p(portable.exp(small)))
    return np.asarray(made + LEAST_SCALE, np.float32)
