"""The plan of a U-Net's forward pass on one window."""

from __future__ import annotations

from collections.abc import Sequence

from approx_build.kernels.plan import Array, Plan
from approx_build.kernels.planner import Planner
from approx_build.kernels.unet_weights import TAPS, TIME_FEATURES, Block, Level, UNetShape


def unet_plan(shape: UNetShape, window: int) -> Plan:
    """The steps from a sound of `window` samples to what the network says of it."""
    planner = Planner()
    given = planner.enter(window, shape.channels + TIME_FEATURES)
    planner.leave(_level(planner, shape.top(), given))
    return planner.finished()


def _level(planner: Planner, level: Level, given: Array) -> Array:
    """What a level makes. What is given at the top is given back; below, its giver keeps it."""
    x = given if level.number == 1 else planner.halve(given)
    for block in level.down:
        x = _block(planner, block, [x])
    sources = [x]
    if level.inner:
        sources = [_level(planner, level.inner, x), x]
    for block in level.up:
        sources = [_block(planner, block, sources)]
    if level.number == 1:
        return sources[0]
    made = planner.double(sources[0])
    planner.give_back(sources[0])
    return made


def _block(planner: Planner, block: Block, sources: Sequence[Array]) -> Array:
    """What a block makes; its sources are given back."""
    rows, name = sources[0].rows, block.name
    first = planner.norm(f"{name}.main.1", rows, block.inside)
    inside = planner.convolve(f"{name}.main.0", sources, block.inside, TAPS, measured=first)
    planner.normalise(first)
    second = -1 if block.is_last else planner.norm(f"{name}.main.4", rows, block.made)
    made = planner.convolve(
        f"{name}.main.3", [inside], block.made, TAPS, norm=first, gelu=True, measured=second
    )
    planner.give_back(inside)
    planner.forget_norm(first)
    if second >= 0:
        planner.normalise(second)
    third = planner.norm(f"{block.attention}.norm", rows, block.made) if block.attention else -1
    skip = f"{name}.skip" if block.has_map else ""
    planner.add(made, sources, skip, norm=second, measured=third)
    planner.give_back(*sources)
    if second >= 0:
        planner.forget_norm(second)
    if block.attention:
        _attend(planner, block, made, third)
    return made


def _attend(planner: Planner, block: Block, x: Array, norm: int) -> None:
    """Add to x the attention to itself."""
    planner.normalise(norm)
    name = block.attention
    given = planner.convolve(f"{name}.qkv_proj", [x], 3 * block.made, taps=1, norm=norm)
    planner.forget_norm(norm)
    heard = planner.attend(given, block.heads)
    planner.give_back(given)
    planner.add(x, [heard], f"{name}.out_proj")
    planner.give_back(heard)
