"""The program of a U-Net's forward pass on one window."""

from __future__ import annotations

from collections.abc import Sequence

from approx_build.families.dance_diffusion.unet_weights import (
    TAPS,
    TIME_FEATURES,
    Block,
    Level,
    UNetShape,
)
from approx_build.kernels.program import GELU, Array, Program
from approx_build.kernels.program_builder import ProgramBuilder


def unet_program(shape: UNetShape, window: int) -> Program:
    """The steps from a sound of `window` samples to the output of the network."""
    builder = ProgramBuilder()
    given = builder.enter(window, shape.channels + TIME_FEATURES)
    builder.leave(_level(builder, shape.top(), given))
    return builder.finished()


def _level(builder: ProgramBuilder, level: Level, given: Array) -> Array:
    """The output of a level. The input of the top level is released; below, the caller keeps it."""
    x = given if level.number == 1 else builder.halve(given)
    for block in level.down:
        x = _block(builder, block, [x])
    sources = [x]
    if level.inner:
        sources = [_level(builder, level.inner, x), x]
    for block in level.up:
        sources = [_block(builder, block, sources)]
    if level.number == 1:
        return sources[0]
    made = builder.double(sources[0])
    builder.give_back(sources[0])
    return made


def _block(builder: ProgramBuilder, block: Block, sources: Sequence[Array]) -> Array:
    """The output of a block; its sources are released."""
    rows, name = sources[0].rows, block.name
    first = builder.norm(f"{name}.main.1", rows, block.inside)
    inside = builder.convolve(f"{name}.main.0", sources, block.inside, TAPS, measured=first)
    builder.normalise(first)
    second = -1 if block.is_last else builder.norm(f"{name}.main.4", rows, block.made)
    made = builder.convolve(
        f"{name}.main.3", [inside], block.made, TAPS, norm=first, activation=GELU, measured=second
    )
    builder.give_back(inside)
    builder.forget_norm(first)
    if second >= 0:
        builder.normalise(second)
    # The step that computes the sum also measures it for this norm, so the norm must exist first.
    third = builder.norm(f"{block.attention}.norm", rows, block.made) if block.attention else -1
    skip = f"{name}.skip" if block.has_map else ""
    builder.add(made, sources, skip, norm=second, measured=third)
    # Only here, because the skip has also read them.
    builder.give_back(*sources)
    if second >= 0:
        builder.forget_norm(second)
    if block.attention:
        _attend(builder, block, made, third)
    return made


def _attend(builder: ProgramBuilder, block: Block, x: Array, norm: int) -> None:
    """Add to x its attention to itself."""
    builder.normalise(norm)
    name = block.attention
    given = builder.convolve(f"{name}.qkv_proj", [x], 3 * block.made, taps=1, norm=norm)
    builder.forget_norm(norm)
    attended = builder.attend(given, block.heads)
    builder.give_back(given)
    builder.add(x, [attended], f"{name}.out_proj")
    builder.give_back(attended)
