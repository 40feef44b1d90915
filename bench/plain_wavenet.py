"""WaveNet trained in its published form: what the training step is measured against.

Convolutions channels first, filter, gate, dense and skip of each layer one `conv1d` each, skips
added up layer by layer, as ibab/tensorflow-wavenet builds it; gradients by autograd. The causal
layer, there a convolution of one-hot codes, is the look-up that it amounts to, which is faster.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from approx_build.families.wavenet.family import WaveNet

Tensors = dict[str, Tensor]


class PlainWaveNet:
    """A one-hot WaveNet with biases; windows [T]."""

    def __init__(self, network: WaveNet) -> None:
        self.network = network

    def weights(self, ours: Mapping[str, Tensor]) -> Tensors:
        """Our tensors as those of convolutions, one by one: name or name.layer -> tensor."""
        found = {"causal": ours["causal.weight"].clone()}
        for name in ("post1", "post2"):
            found[f"{name}.weight"] = ours[f"{name}.weight"].T[:, :, None].clone()
            found[f"{name}.bias"] = ours[f"{name}.bias"].clone()
        for name in ("filter", "gate", "dense", "skip"):
            for layer, weight in enumerate(ours[f"layers.{name}.weight"]):
                taps = weight if weight.ndim == 3 else weight[None]
                found[f"{name}.weight.{layer}"] = taps.permute(2, 1, 0).contiguous()
            for layer, bias in enumerate(ours[f"layers.{name}.bias"]):
                found[f"{name}.bias.{layer}"] = bias.clone()
        return found

    def loss(self, weights: Tensors, codes: Tensor, given: Tensor) -> Tensor:
        """Mean cross-entropy of `codes` [T] when the past is made of `given` [T]."""
        x, skips = self._heard(weights["causal"], given), None
        last = len(self.network.dilations) - 1
        for layer, dilation in enumerate(self.network.dilations):
            past = F.pad(x, ((self.network.filter_width - 1) * dilation, 0))
            f = self._map(weights, "filter", layer, past, dilation)
            g = self._map(weights, "gate", layer, past, dilation)
            z = torch.tanh(f) * torch.sigmoid(g)
            skip = self._map(weights, "skip", layer, z)
            skips = skip if skips is None else skips + skip
            if layer < last:
                x = x + self._map(weights, "dense", layer, z)
        for name in ("post1", "post2"):
            skips = F.conv1d(F.relu(skips), weights[f"{name}.weight"], weights[f"{name}.bias"])
        return F.cross_entropy(skips[0].T, codes)

    def gradients(self, weights: Tensors, codes: Tensor, given: Tensor) -> tuple[float, Tensors]:
        """`loss` and its gradients."""
        leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
        loss = self.loss(leaves, codes, given)
        found = torch.autograd.grad(loss, list(leaves.values()), materialize_grads=True)
        return float(loss.detach()), dict(zip(leaves, found, strict=True))

    def _heard(self, taps: Tensor, given: Tensor) -> Tensor:
        width = len(taps)
        past = F.pad(given, (width, 0), value=self.network.quantization_channels // 2)[:-1]
        heard = [F.embedding(past[tap : tap + len(given)], taps[tap]) for tap in range(width)]
        return torch.stack(heard).sum(dim=0).T[None].contiguous()

    def _map(self, weights: Tensors, name: str, layer: int, x: Tensor, dilation: int = 1) -> Tensor:
        weight, bias = weights[f"{name}.weight.{layer}"], weights[f"{name}.bias.{layer}"]
        return F.conv1d(x, weight, bias, dilation=dilation)
