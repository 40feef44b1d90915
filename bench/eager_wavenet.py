"""WaveNet sampled by eager PyTorch with cached queues: what the kernels are measured against.

Two forms. `Published` is the network as ibab/tensorflow-wavenet and fast-wavenet sample it: filter,
gate, dense and skip of each layer one product each. `Fused` is the fastest we know to write it:
filter and gate in one product, the skips of all layers in one.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from approx_build.families.wavenet import WaveNet
from approx_build.kernels.tensors import Weights


class Published:
    """Clips [B] drawn one sample at a time; each layer keeps its past inputs in a queue."""

    def __init__(self, weights: Weights, shape: WaveNet, clips: int) -> None:
        self.t = {name: torch.from_numpy(np.asarray(w)) for name, w in weights.items()}
        self.shape, self.clips, self.step = shape, clips, 0
        residual, inner = shape.residual_channels, shape.dilation_channels
        self.queues = [torch.zeros(d, clips, residual) for d in shape.dilations]
        middle = shape.quantization_channels // 2
        self.before = self.last = torch.full((clips,), middle)
        self.filters = list(self.t["layers.filter.weight"].reshape(-1, 2 * residual, inner))
        self.gates = list(self.t["layers.gate.weight"].reshape(-1, 2 * residual, inner))

    def past(self, layer: int, x: Tensor) -> Tensor:
        """This layer's two taps side by side [B, 2 * residual]; x joins the queue."""
        queue = self.queues[layer]
        place = self.step % len(queue)
        both = torch.cat((queue[place], x), 1)
        queue[place] = x
        return both

    def hidden(self, x: Tensor) -> Tensor:
        """The sum of skips [B, skip]."""
        t, skips = self.t, torch.zeros(self.clips, self.shape.skip_channels)
        for layer in range(len(self.queues)):
            both = self.past(layer, x)
            f = torch.addmm(t["layers.filter.bias"][layer], both, self.filters[layer])
            g = torch.addmm(t["layers.gate.bias"][layer], both, self.gates[layer])
            out = torch.tanh(f) * torch.sigmoid(g)
            skip = torch.addmm(t["layers.skip.bias"][layer], out, t["layers.skip.weight"][layer])
            skips = skips + skip
            dense = torch.addmm(t["layers.dense.bias"][layer], out, t["layers.dense.weight"][layer])
            x = x + dense
        return skips

    def draw(self, uniform: Tensor) -> Tensor:
        """The next class of every clip [B], by inverse CDF at `uniform` [B]."""
        t = self.t
        x = t["causal.weight"][0][self.before] + t["causal.weight"][1][self.last]
        hidden = torch.relu(self.hidden(x))
        hidden = torch.relu(torch.addmm(t["post1.bias"], hidden, t["post1.weight"]))
        logits = torch.addmm(t["post2.bias"], hidden, t["post2.weight"])
        cdf = torch.softmax(logits, 1).cumsum(1)
        drawn = (cdf <= uniform[:, None] * cdf[:, -1:]).sum(1)
        self.before, self.last = self.last, drawn.clamp_(max=logits.shape[1] - 1)
        self.step += 1
        return self.last


class Fused(Published):
    """The same with as few products as can be."""

    def __init__(self, weights: Weights, shape: WaveNet, clips: int) -> None:
        super().__init__(weights, shape, clips)
        t, inner = self.t, shape.dilation_channels
        self.pairs = [torch.cat(pair, 1) for pair in zip(self.filters, self.gates, strict=True)]
        self.biases = list(torch.cat((t["layers.filter.bias"], t["layers.gate.bias"]), 1))
        self.dense = list(t["layers.dense.weight"])
        self.dense_bias = list(t["layers.dense.bias"])
        self.skip = t["layers.skip.weight"].reshape(-1, shape.skip_channels)
        self.skip_bias, self.inner = t["layers.skip.bias"].sum(0), inner

    def hidden(self, x: Tensor) -> Tensor:
        outputs = []
        for layer in range(len(self.queues)):
            sums = torch.addmm(self.biases[layer], self.past(layer, x), self.pairs[layer])
            outputs.append(torch.tanh(sums[:, : self.inner]) * torch.sigmoid(sums[:, self.inner :]))
            if layer + 1 < len(self.queues):
                x = x + torch.addmm(self.dense_bias[layer], outputs[-1], self.dense[layer])
        return torch.addmm(self.skip_bias, torch.cat(outputs, 1), self.skip)
