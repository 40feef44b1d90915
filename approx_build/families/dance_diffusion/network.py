"""DanceDiffusion in torch: velocities, examples, loss and first weights.

Weights are a dict of tensors named and shaped as `unet_weights` says; sound is [B, C, T]. The
resampling convolves each channel on its own, where Harmonai's network has a full map with zeros
off its diagonal: the same numbers for less work.

Off the path of a sample: it trains, and draws on a GPU; takes on a CPU are drawn by the
kernels.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.parameterisation import Parts, Sound, Velocity
from approx_build.engines.diffusion.schedules import crash_time, sobol
from approx_build.errors import ModelError
from approx_build.families.base import Arrays, Example, Gradients, Moment, Tensors, Weights
from approx_build.families.dance_diffusion.parameters import (
    DanceDiffusionParameters,
    Objective,
)
from approx_build.families.dance_diffusion.unet_weights import Block
from approx_build.families.dance_diffusion.unet_weights import Level as UNetLevel
from approx_build.families.torch_device import exact, place
from approx_build.kernels.program_reference import KERNEL
from approx_build.numerics.normal import normals
from approx_build.numerics.stream import Stream

_SHIFT = Stream.named("times of noise levels")
"""Shifts the sequence of times, for every training alike: each sees all levels."""


class DanceDiffusionNetwork:
    """Velocity, examples, loss and first weights of a DanceDiffusion network."""

    def __init__(
        self, params: DanceDiffusionParameters, objective: Objective | None = None
    ) -> None:
        self.params = params
        self.objective = objective or Objective()
        self._top = params.shape.top()

    def example(self, sound: NDArray[np.float32], rng: Stream, moment: Moment) -> Example:
        """A window [C, T] with noise on it, at the noise level whose turn it is."""
        if self.objective.times == "uniform":
            return self._noised(sound, rng, rng.child("time").uniform())
        # By its number in the training, so that successive windows cover all levels evenly.
        return self._noised(sound, rng, sobol(moment.position, _SHIFT))

    def clean(self, sound: NDArray[np.float32], rng: Stream) -> Example:
        """A window [C, T] held out, with noise on it at a level that is its own."""
        return self._noised(sound, rng, rng.child("time").uniform())

    def _noised(self, sound: NDArray[np.float32], rng: Stream, place: float) -> Example:
        if len(sound) != self.params.channels:
            raise ModelError(
                f"sound: {len(sound)} channels; the network needs {self.params.channels}"
            )
        self.params.shape.check_window(sound.shape[1])
        time = crash_time(place) if self.objective.levels == "crash" else place
        level = Level.at_time(time)
        noise = normals(rng.child("noise"), sound.size).reshape(sound.shape)
        parts = Parts(sound, noise)
        return {
            "noised": parts.at(level),
            "target": parts.velocity(level),
            "time": np.array(time, np.float32),
        }

    def loss(self, weights: Tensors, example: Tensors) -> Tensor:
        """Mean square of what is missed of v, over `noised` and `target` [B, C, T], `time` [B]."""
        said = self.velocity(weights, example["noised"], example["time"])
        # In float32, also where products are in a lower precision.
        return F.mse_loss(said.float(), example["target"])

    def gradients(self, weights: Tensors, example: Tensors) -> Gradients | None:
        """None: torch finds them."""
        return None

    def velocity(self, weights: Tensors, x: Tensor, time: Tensor) -> Tensor:
        """v [B, C, T] of noisy sound [B, C, T] whose noise levels have times [B]."""
        features = time_features(weights["timestep_embed.weight"], time)
        planes = features[..., None].expand(-1, -1, x.shape[-1])
        return through_level(weights, self._top, torch.cat((x, planes), dim=1))

    def initial(self, rng: Stream) -> Arrays:
        """Harmonai's first weights: torch's own for each layer, all halved but the frequencies.

        Convolutions are uniform within 1 / √(inputs), biases too (He and others, 2015, as torch
        has it); norms are 1 and 0; frequencies are standard normal.
        """
        shapes = self.params.tensor_shapes()
        return {name: _first(rng.child(name), name, shapes) for name in shapes}

    def matrices(self) -> dict[str, tuple[int, int, int, float]]:
        """The weights that Muon turns: convolutions between hidden channels, all taps at once.

        The first and the last convolution are not: what they hear and say is sound.
        """
        shapes = self.params.tensor_shapes()
        outer = ("net.0.main.0.", "net.0.skip.", "net.6.main.3.", "net.6.skip.", "timestep_embed.")
        found = {}
        for name, shape in shapes.items():
            if len(shape) == 3 and not name.startswith(outer):
                # Queries, keys and values are three maps in one tensor.
                count = 3 if "qkv_proj" in name else 1
                found[name] = (count, shape[0] // count, shape[1] * shape[2], 1.0)
        return found


def velocity_on(params: DanceDiffusionParameters, weights: Weights, device: str) -> Velocity:
    """What a network says, computed by torch on a device; arrays in, arrays out.

    One item at a time: libraries choose how to sum by the batch, and no clip may depend on others.
    """
    network, where = DanceDiffusionNetwork(params), place(device)
    # Copied, because torch warns of arrays that are read-only.
    there = {name: torch.from_numpy(array.copy()).to(where) for name, array in weights.items()}

    def said(x: Sound, time: float) -> Sound:
        times = torch.full((1,), time, dtype=torch.float32, device=where)
        with torch.inference_mode(), exact():
            items = [
                network.velocity(there, one[None].to(where), times) for one in torch.from_numpy(x)
            ]
            return np.asarray(torch.cat(items).cpu().numpy(), dtype=np.float32)

    return said


def time_features(frequencies: Tensor, time: Tensor) -> Tensor:
    """Cosines and sines [B, 16] of times [B] at `frequencies` [8, 1]."""
    angles = 2 * math.pi * time[:, None] * frequencies[:, 0]
    return torch.cat((angles.cos(), angles.sin()), dim=-1)


def through_level(weights: Tensors, at: UNetLevel, x: Tensor) -> Tensor:
    """A level and those below: [B, C, T] in, the channels of its last block out."""
    x = x if at.number == 1 else halved(x)
    for block in at.down:
        x = convolutions(weights, block, x)
    if at.inner:
        x = torch.cat((through_level(weights, at.inner, x), x), dim=1)
    for block in at.up:
        x = convolutions(weights, block, x)
    return x if at.number == 1 else doubled(x)


def convolutions(weights: Tensors, block: Block, x: Tensor) -> Tensor:
    """Two convolutions with norm and GELU beside the skip, and attention where it is [B, C, T]."""
    name = block.name
    skip = F.conv1d(x, weights[f"{name}.skip.weight"]) if block.has_map else x
    hidden = F.gelu(_norm(weights, f"{name}.main.1", _convolution(weights, f"{name}.main.0", x)))
    hidden = _convolution(weights, f"{name}.main.3", hidden)
    if not block.is_last:
        hidden = F.gelu(_norm(weights, f"{name}.main.4", hidden))
    made = hidden + skip
    return attention(weights, block, made) if block.attention else made


def attention(weights: Tensors, block: Block, x: Tensor) -> Tensor:
    """Attention of every time to every other, beside the skip [B, C, T]."""
    name, (batch, channels, length) = block.attention, x.shape
    qkv = _convolution(weights, f"{name}.qkv_proj", _norm(weights, f"{name}.norm", x))
    split = qkv.view(batch, 3, block.heads, channels // block.heads, length)
    query, key, value = split.transpose(-1, -2).unbind(1)
    # Both by the fourth root, so that half precision does not overflow.
    scale = (channels // block.heads) ** -0.25
    shares = ((query * scale) @ (key * scale).transpose(-1, -2)).softmax(dim=-1)
    attended = (shares @ value).transpose(-1, -2).reshape(batch, channels, length)
    return x + _convolution(weights, f"{name}.out_proj", attended)


def halved(x: Tensor) -> Tensor:
    """Every second sample of [B, C, T], smoothed by the cubic kernel, mirrored at the ends."""
    return F.conv1d(F.pad(x, (3, 3), "reflect"), _kernel(x), stride=2, groups=x.shape[1])


def doubled(x: Tensor) -> Tensor:
    """Twice as many samples as [B, C, T], by the cubic kernel, mirrored at the ends."""
    mirrored = F.pad(x, (2, 2), "reflect")
    # `padding` cuts off the 7 outputs at either end, which belong to mirrored samples.
    return F.conv_transpose1d(mirrored, 2 * _kernel(x), stride=2, padding=7, groups=x.shape[1])


def _kernel(like: Tensor) -> Tensor:
    """The cubic kernel for each channel [C, 1, 8]."""
    return torch.tensor(KERNEL, dtype=like.dtype, device=like.device).expand(like.shape[1], 1, -1)


def _convolution(weights: Tensors, name: str, x: Tensor) -> Tensor:
    """A convolution that keeps the length."""
    weight = weights[f"{name}.weight"]
    return F.conv1d(x, weight, weights[f"{name}.bias"], padding=weight.shape[2] // 2)


def _norm(weights: Tensors, name: str, x: Tensor) -> Tensor:
    """All channels and times of an item brought to mean 0 and variance 1, then scaled."""
    return F.group_norm(x, 1, weights[f"{name}.weight"], weights[f"{name}.bias"])


def _first(rng: Stream, name: str, shapes: dict[str, tuple[int, ...]]) -> NDArray[np.float32]:
    """The first numbers of one tensor."""
    shape = shapes[name]
    if name.startswith("timestep_embed."):
        return np.asarray(normals(rng, math.prod(shape)).reshape(shape), dtype=np.float32)
    of_weight = shapes[name.removesuffix("bias") + "weight"] if name.endswith("bias") else shape
    if len(of_weight) == 1:  # a norm
        return np.full(shape, 0.5 if name.endswith("weight") else 0.0, np.float32)
    limit = 1.0 / math.sqrt(of_weight[1] * of_weight[2])
    numbers = (rng.uniforms(math.prod(shape)) * 2 - 1) * limit * 0.5
    return np.asarray(numbers.reshape(shape), dtype=np.float32)
