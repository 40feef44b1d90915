"""DanceDiffusion's U-Net as diffusers builds it, given our weights: what the kernels are beside."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from diffusers.models.unets.unet_1d import UNet1DModel
from torch import nn

from approx_build.families.dance_diffusion.unet_weights import Block, UNetShape, blocks
from approx_build.kernels.tensors import Weights


def eager_unet(shape: UNetShape, weights: Weights) -> UNet1DModel:
    """diffusers' network, that can be ours only where each level with attention is as wide as the
    one above, and the deepest has attention."""
    levels = range(1, shape.depth)
    kinds = ["Attn" if i > shape.depth - shape.attention_levels else "" for i in levels]
    down = [f"{kind}DownBlock1D" for kind in kinds]
    up = [f"{kind}UpBlock1D" for kind in reversed(kinds)]
    down[0], up[-1] = "DownBlock1DNoSkip", "UpBlock1DNoSkip"
    network = UNet1DModel(
        in_channels=shape.channels,
        out_channels=shape.channels,
        extra_in_channels=16,
        time_embedding_dim=16,
        down_block_types=tuple(down),
        up_block_types=tuple(up),
        block_out_channels=shape.level_channels[:-1],
    ).eval()
    network.time_proj.weight.data[:] = tensor(weights["timestep_embed.weight"][:, 0])
    places = list(homes(network))
    for block, (convolutions, attention) in zip(blocks(shape.top()), places, strict=True):
        fill(block, convolutions, attention, weights)
    return network


def homes(network: UNet1DModel) -> Iterator[tuple[nn.Module, nn.Module | None]]:
    """Convolutions and attention of every block, in the order they run."""
    for part in (*network.down_blocks, network.mid_block, *network.up_blocks):
        attentions = getattr(part, "attentions", [None] * len(part.resnets))
        yield from zip(part.resnets, attentions, strict=True)


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, np.float32))


def fill(
    block: Block, convolutions: nn.Module, attention: nn.Module | None, weights: Weights
) -> None:
    """Give one block its weights."""
    copied = {"main.0": "conv_1", "main.1": "group_norm_1", "main.3": "conv_2"}
    if not block.is_last:
        copied["main.4"] = "group_norm_2"
    for name, place in copied.items():
        module = getattr(convolutions, place)
        module.weight.data = tensor(weights[f"{block.name}.{name}.weight"])
        module.bias.data = tensor(weights[f"{block.name}.{name}.bias"])
    if block.has_map:
        convolutions.conv_skip.weight.data = tensor(weights[f"{block.name}.skip.weight"])
    if attention is None:
        return
    name = block.attention
    attention.group_norm.weight.data = tensor(weights[f"{name}.norm.weight"])
    attention.group_norm.bias.data = tensor(weights[f"{name}.norm.bias"])
    given = [np.split(weights[f"{name}.qkv_proj.{kind}"], 3) for kind in ("weight", "bias")]
    for place, weight, bias in zip(("query", "key", "value"), *given, strict=True):
        module = getattr(attention, place)
        module.weight.data, module.bias.data = tensor(weight[:, :, 0]), tensor(bias)
    attention.proj_attn.weight.data = tensor(weights[f"{name}.out_proj.weight"][:, :, 0])
    attention.proj_attn.bias.data = tensor(weights[f"{name}.out_proj.bias"])
