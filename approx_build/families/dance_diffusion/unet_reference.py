"""The U-Net's forward pass in NumPy: the oracle of the compiled one, and its substitute.

Arrays are [T, C], one row per moment, as in docs/numerics-of-kernels.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.families.dance_diffusion.unet_weights import Block, Level, UNetShape
from approx_build.kernels import reference
from approx_build.kernels.program_reference import attention, convolve, double, halve, norm
from approx_build.kernels.reference import f32, product_onto
from approx_build.kernels.tensors import Floats

Tensors = Mapping[str, Floats]


def forward(tensors: Tensors, shape: UNetShape, sound: Floats, time: Floats) -> Floats:
    """The output of the network [C, T] for `sound` [C, T] and the features [16] of its time."""
    reference.refuse_flush_to_zero()
    rows = sound.shape[1]
    given = np.concatenate([sound.T, np.broadcast_to(time, (rows, len(time)))], axis=1)
    # Sound that is not finite gives NaN, as in the kernels, without a warning.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return np.ascontiguousarray(_level(tensors, shape.top(), given).T)


def _level(tensors: Tensors, level: Level, x: Floats) -> Floats:
    x = x if level.number == 1 else halve(x)
    for block in level.down:
        x = _block(tensors, block, x)
    if level.inner:
        x = np.concatenate([_level(tensors, level.inner, x), x], axis=1)
    for block in level.up:
        x = _block(tensors, block, x)
    return x if level.number == 1 else double(x)


def _block(tensors: Tensors, block: Block, x: Floats) -> Floats:
    main = convolve(x, *_pair(tensors, f"{block.name}.main.0"))
    main = reference.gelu(norm(main, *_pair(tensors, f"{block.name}.main.1")))
    main = convolve(main, *_pair(tensors, f"{block.name}.main.3"))
    if not block.is_last:
        main = reference.gelu(norm(main, *_pair(tensors, f"{block.name}.main.4")))
    if block.has_map:
        # A sum that begins as -0 counts as 0, as in the kernels.
        made = product_onto(main + f32(0), x, tensors[f"{block.name}.skip.weight"][:, :, 0].T)
    else:
        made = main + x
    return _attended(tensors, block, made) if block.attention else made


def _attended(tensors: Tensors, block: Block, x: Floats) -> Floats:
    """x and its attention to itself, added."""
    name = block.attention
    given = convolve(norm(x, *_pair(tensors, f"{name}.norm")), *_pair(tensors, f"{name}.qkv_proj"))
    width = block.made // block.heads
    parts = given.reshape(len(x), 3, block.heads, width)
    attended = [attention(*parts[:, :, head].swapaxes(0, 1)) for head in range(block.heads)]
    weight, bias = _pair(tensors, f"{name}.out_proj")
    return product_onto(x + (bias + f32(0)), np.concatenate(attended, axis=1), weight[:, :, 0].T)


def _pair(tensors: Tensors, name: str) -> tuple[Floats, Floats]:
    return tensors[f"{name}.weight"], tensors[f"{name}.bias"]
