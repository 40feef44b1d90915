"""The kernels' logits against PyTorch's convolutions, which add in another order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from approx_build.audio.mulaw import amplitudes
from approx_build.families.wavenet import WaveNet
from approx_build.families.wavenet.draw import SAMPLER
from approx_build.kernels import compiled
from approx_build.kernels.tensors import Weights
from tests.families.wavenet.networks import SHAPES, random_weights

TOLERANCE = 1e-4


def torch_logits(weights: Weights, shape: WaveNet, codes: np.ndarray) -> np.ndarray:
    """Logits [T, classes] of one clip by whole-sequence convolutions, from silence."""
    import torch
    from torch.nn.functional import one_hot, pad, relu

    def convolve(x: Any, name: str, layer: int | None, dilation: int = 1) -> Any:
        """x [1, C, T] -> [1, outputs, T], causal, zeros before the start."""
        weight, bias = tensors[f"{name}.weight"], tensors.get(f"{name}.bias")
        if layer is not None:
            weight, bias = weight[layer], None if bias is None else bias[layer]
        if weight.ndim == 2:
            weight = weight[None]
        kernel = weight.permute(2, 1, 0)
        x = pad(x, ((kernel.shape[2] - 1) * dilation, 0))
        return torch.nn.functional.conv1d(x, kernel, bias, dilation=dilation)

    tensors = {name: torch.from_numpy(np.asarray(tensor)) for name, tensor in weights.items()}
    classes, width, length = shape.quantization_channels, shape.causal_width, len(codes)
    if shape.scalar_input:
        past = np.concatenate([np.zeros(width), amplitudes(classes)[codes]])[:-1]
        inputs = torch.from_numpy(past.astype(np.float32))[None, None]
    else:
        past = np.concatenate([np.full(width, classes // 2), codes])[:-1]
        inputs = one_hot(torch.from_numpy(past.astype(np.int64)), classes).T[None].float()
    x, skips = convolve(inputs, "causal", None)[:, :, -length:], 0
    for layer, dilation in enumerate(shape.dilations):
        f = convolve(x, "layers.filter", layer, dilation)
        g = convolve(x, "layers.gate", layer, dilation)
        gated = torch.tanh(f) * torch.sigmoid(g)
        skips = skips + convolve(gated, "layers.skip", layer)
        x = x + convolve(gated, "layers.dense", layer)
    hidden = relu(convolve(relu(skips), "post1", None))
    return np.asarray(convolve(hidden, "post2", None)[0].T)


@pytest.mark.parametrize("name", SHAPES)
def test_logits_are_those_of_pytorch(name: str) -> None:
    shape = SHAPES[name]
    weights = random_weights(shape)
    codes = np.random.default_rng(3).integers(0, shape.quantization_channels, 40).astype(np.uint8)
    expected = torch_logits(weights, shape, codes)
    for kernel in compiled.available():
        [said] = SAMPLER.logits(weights, shape, [codes], kernel=kernel)
        np.testing.assert_allclose(said, expected, atol=TOLERANCE, rtol=0)
