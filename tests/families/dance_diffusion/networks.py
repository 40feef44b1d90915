"""Small DanceDiffusion networks, their weights, and their like in other packages."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from approx_build.families.base import Arrays
from approx_build.families.dance_diffusion import DanceDiffusion
from approx_build.families.dance_diffusion.network import DanceDiffusionNetwork
from approx_build.families.dance_diffusion.state_dict import constants
from approx_build.numerics.stream import Stream
from tests.oracles.packages import diffusers_network, stable_audio_network

TINY = DanceDiffusion(
    sample_rate=8000,
    sound_channels=1,
    window=64,
    depth=4,
    level_channels=(4, 6, 8, 8),
    attention_levels=2,
)
WIDE = TINY.model_copy(update={"window": 1024})
"""With margins of 12 samples; the windows of the others have none."""
HEADS = DanceDiffusion(
    sample_rate=8000,
    sound_channels=2,
    window=48,
    depth=4,
    level_channels=(32, 64, 64, 96),
    attention_levels=3,
)
"""Two and three heads; narrow networks have one, which other packages make none."""


def some_weights(network: DanceDiffusion) -> Arrays:
    """First weights with norms and biases that are not all alike."""
    rng = Stream.named("weights")
    arrays = DanceDiffusionNetwork(network).initial(rng)
    for array in arrays.values():
        if array.ndim == 1:
            array += ((rng.uniforms(array.size) - 0.5) * 0.3).astype(np.float32)
    return arrays


def in_torch(arrays: Arrays) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}


def in_stable_audio(network: DanceDiffusion) -> Any:
    """The same network as stable-audio-tools has it, with weights of its own."""
    return stable_audio_network()(
        io_channels=network.channels,
        depth=network.depth,
        n_attn_layers=network.attention_levels - 1,
        channels=list(network.level_channels),
        strides=[2] * (network.depth - 1),
    )


def in_diffusers(network: DanceDiffusion, weights: Arrays) -> Any:
    """The same network with these weights as diffusers has it.

    Its levels with attention must have as many channels as the level above.
    """
    levels = range(2, network.depth)
    attended = ["Attn" if network.has_attention(level) else "" for level in levels]
    found = diffusers_network()(
        sample_size=network.window,
        in_channels=network.channels,
        out_channels=network.channels,
        extra_in_channels=16,
        time_embedding_dim=16,
        down_block_types=("DownBlock1DNoSkip", *(f"{word}DownBlock1D" for word in attended)),
        up_block_types=(*(f"{word}UpBlock1D" for word in attended[::-1]), "UpBlock1DNoSkip"),
        block_out_channels=tuple(network.level_channels[: network.depth - 1]),
    )
    found.load_state_dict(in_torch(_for_diffusers(network, weights)))
    return found


def _for_diffusers(network: DanceDiffusion, weights: Arrays) -> Arrays:
    """The weights by diffusers' names."""
    state = {"time_proj.weight": weights["timestep_embed.weight"][:, 0]}
    top = network.shape.top()
    ups, level = network.depth - 2, top
    while level is not None:
        index = level.number - 1
        if level.number == network.depth:
            state |= _blocks(weights, (*level.down, *level.up), "mid_block")
        else:
            state |= _blocks(weights, level.down, f"down_blocks.{index}")
            state |= _blocks(weights, level.up, f"up_blocks.{ups - index}")
        level = level.inner
    return state | _kernels(network)


def _kernels(network: DanceDiffusion) -> Arrays:
    """The constants of the resampling by diffusers' names."""
    down, up = list(constants(network).values())[:2]
    found = {"mid_block.down.kernel": down, "mid_block.up.kernel": up}
    for index in range(1, network.depth - 1):
        found[f"down_blocks.{index}.down.kernel"] = down
        found[f"up_blocks.{index - 1}.up.kernel"] = up
    return found


_CONVOLUTIONS = {
    "main.0": "conv_1",
    "main.1": "group_norm_1",
    "main.3": "conv_2",
    "main.4": "group_norm_2",
    "skip": "conv_skip",
}


def _blocks(weights: Arrays, blocks: Any, there: str) -> Arrays:
    found: Arrays = {}
    for index, block in enumerate(blocks):
        for ours, theirs in _CONVOLUTIONS.items():
            for kind in ("weight", "bias"):
                if (name := f"{block.name}.{ours}.{kind}") in weights:
                    found[f"{there}.resnets.{index}.{theirs}.{kind}"] = weights[name]
        if block.attention:
            found |= _attention(weights, block.attention, f"{there}.attentions.{index}")
    return found


def _attention(weights: Arrays, name: str, there: str) -> Arrays:
    found: Arrays = {}
    for kind in ("weight", "bias"):
        found[f"{there}.group_norm.{kind}"] = weights[f"{name}.norm.{kind}"]
        three = np.split(weights[f"{name}.qkv_proj.{kind}"], 3)
        for word, part in zip(("query", "key", "value"), three, strict=True):
            found[f"{there}.{word}.{kind}"] = part[..., 0] if kind == "weight" else part
        out = weights[f"{name}.out_proj.{kind}"]
        found[f"{there}.proj_attn.{kind}"] = out[..., 0] if kind == "weight" else out
    return found
