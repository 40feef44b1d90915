"""Small random U-Nets for the tests of the kernels, and how PyTorch would run them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.families.dance_diffusion.unet_weights import UNetShape

Floats = NDArray[np.float32]

PLAIN = UNetShape(2, (16, 24, 24), 1)
SHAPES = {
    "plain": (PLAIN, 64),
    "two levels, the shortest window": (UNetShape(1, (32, 48), 1), 6),
    "one attention head of any width": (UNetShape(2, (8, 17), 1), 30),
    "no attention": (UNetShape(2, (33, 20), 0), 130),
    "odd channels, many heads": (UNetShape(2, (20, 72, 33, 64), 3), 136),
    "as wide as a panel and wider": (UNetShape(1, (5, 136, 66), 1), 76),
    "attention at most levels, five of them": (UNetShape(2, (4, 6, 8, 36, 96), 4), 48),
    "some chunks of rows": (UNetShape(2, (6, 10, 7), 2), 532),
    "channels that divide badly": (UNetShape(1, (3, 263), 0), 10),
}

KERNEL = [-0.01171875, -0.03515625, 0.11328125, 0.43359375]
KERNEL += KERNEL[::-1]


def random_weights(shape: UNetShape, seed: int = 0) -> dict[str, Floats]:
    """Weights that keep activations near 1; norms that do not leave them as they are."""
    numbers, weights = np.random.default_rng(seed), {}
    for name, size in shape.tensors().items():
        fan = float(np.prod(size[1:])) if len(size) > 1 else 20.0
        weights[name] = (numbers.standard_normal(size) / fan**0.5).astype(np.float32)
        if len(size) == 1 and name.endswith("weight"):
            weights[name] += 1
    return weights


def random_sound(shape: UNetShape, window: int, count: int) -> tuple[Floats, Floats]:
    """Sounds [B, C, T] and times [B]."""
    numbers = np.random.default_rng(window)
    sound = numbers.standard_normal((count, shape.channels, window)).astype(np.float32)
    return sound, np.linspace(0.05, 1, count).astype(np.float32)


def torch_unet(
    weights: dict[str, Floats], shape: UNetShape, sound: Floats, times: Floats
) -> Floats:
    """The network by PyTorch's own functions, on one thread."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _torch_unet(weights, shape, sound, times)
    finally:
        torch.set_num_threads(threads)


def _torch_unet(
    weights: dict[str, Floats], shape: UNetShape, sound: Floats, times: Floats
) -> Floats:
    """Written from the structure of the published network."""
    import torch
    from torch.nn import functional as f

    given = {name: torch.from_numpy(tensor) for name, tensor in weights.items()}
    kernel = torch.tensor(KERNEL)

    def convolved(x: Any, name: str, padding: int = 0) -> Any:
        return f.conv1d(x, given[f"{name}.weight"], given.get(f"{name}.bias"), padding=padding)

    def normed(x: Any, name: str) -> Any:
        return f.group_norm(x, 1, given[f"{name}.weight"], given[f"{name}.bias"])

    def block(x: Any, name: str) -> Any:
        main = f.gelu(normed(convolved(x, f"{name}.main.0", 2), f"{name}.main.1"))
        main = convolved(main, f"{name}.main.3", 2)
        if f"{name}.main.4.weight" in given:
            main = f.gelu(normed(main, f"{name}.main.4"))
        return main + (convolved(x, f"{name}.skip") if f"{name}.skip.weight" in given else x)

    def attended(x: Any, name: str) -> Any:
        if f"{name}.norm.weight" not in given:
            return x
        batch, channels, rows = x.shape
        heads = max(1, channels // 32)
        predicted = convolved(normed(x, f"{name}.norm"), f"{name}.qkv_proj")
        parts = (
            predicted.view(batch, 3 * heads, channels // heads, rows).transpose(2, 3).chunk(3, 1)
        )
        heard = f.scaled_dot_product_attention(*parts).transpose(2, 3).reshape(x.shape)
        return x + convolved(heard, f"{name}.out_proj")

    def halved(x: Any) -> Any:
        weight = kernel.expand(x.shape[1], 1, 8)
        return f.conv1d(f.pad(x, (3, 3), "reflect"), weight, stride=2, groups=x.shape[1])

    def doubled(x: Any) -> Any:
        weight = 2 * kernel.expand(x.shape[1], 1, 8)
        padded = f.pad(x, (2, 2), "reflect")
        return f.conv_transpose1d(padded, weight, stride=2, padding=7, groups=x.shape[1])

    def level(x: Any, number: int, prefix: str) -> Any:
        x = halved(x)
        for place in (1, 3, 5):
            x = attended(block(x, f"{prefix}{place}"), f"{prefix}{place + 1}")
        if number < shape.depth:
            x = torch.cat([level(x, number + 1, f"{prefix}7.main."), x], 1)
        for place in (8, 10, 12):
            x = attended(block(x, f"{prefix}{place}"), f"{prefix}{place + 1}")
        return doubled(x)

    angles = 2 * torch.pi * torch.from_numpy(times)[:, None] @ given["timestep_embed.weight"].T
    features = torch.cat([angles.cos(), angles.sin()], 1)[:, :, None]
    x = torch.cat([torch.from_numpy(sound), features.expand(-1, -1, sound.shape[2])], 1)
    for place in (0, 1, 2):
        x = block(x, f"net.{place}")
    x = torch.cat([level(x, 2, "net.3.main."), x], 1)
    for place in (4, 5, 6):
        x = block(x, f"net.{place}")
    return np.asarray(x)
