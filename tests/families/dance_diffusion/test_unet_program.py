from __future__ import annotations

import pytest

from approx_build.families.dance_diffusion.unet_program import unet_program
from approx_build.families.dance_diffusion.unet_weights import SHORTEST
from approx_build.kernels.program import NO_ARRAY, Array, Kind, Program
from tests.families.dance_diffusion.unets import SHAPES


def program_of(name: str) -> Program:
    return unet_program(*SHAPES[name])


def apart(a: Array, b: Array) -> bool:
    return a.at + a.floats <= b.at or b.at + b.floats <= a.at


@pytest.mark.parametrize("name", SHAPES)
def test_a_step_reads_nothing_that_it_writes_but_its_own_sums(name: str) -> None:
    program = program_of(name)
    for step in program.steps:
        for source in (step.given, step.joined):
            if step.made is not NO_ARRAY and source is not NO_ARRAY:
                assert apart(source, step.made), step


@pytest.mark.parametrize("name", SHAPES)
def test_norms_in_use_lie_apart_from_what_is_made(name: str) -> None:
    program = program_of(name)
    for step in program.steps:
        for norm in {step.norm, step.measured} - {-1}:
            own = program.norms[norm]
            rows = 2 + 3 * -(-own.rows // 64)
            if step.made is not NO_ARRAY:
                assert apart(Array(own.at, rows, own.channels, own.stride), step.made)


@pytest.mark.parametrize("name", SHAPES)
def test_two_sources_of_a_map_have_one_layout(name: str) -> None:
    joins = [step for step in program_of(name).steps if step.joined.rows == step.given.rows > 0]
    joins = [step for step in joins if step.kind in (Kind.CONVOLVE, Kind.ADD)]
    assert len(joins) == 2 * (SHAPES[name][0].depth - 1)
    for step in joins:
        assert (step.given.channels, step.given.stride) == (
            step.joined.channels,
            step.joined.stride,
        )


@pytest.mark.parametrize("name", SHAPES)
def test_plans_of_all_windows_point_at_the_same_weights(name: str) -> None:
    shape, window = SHAPES[name]
    shortest, longer = unet_program(shape, SHORTEST * shape.grid), unet_program(shape, 4 * window)
    assert (shortest.maps, shortest.norm_names) == (longer.maps, longer.norm_names)
    assert [step.map for step in shortest.steps] == [step.map for step in longer.steps]
    names = {f"{name}.weight" for name in (*shortest.maps, *shortest.norm_names)}
    assert names == {n for n in shape.tensors() if n.endswith("weight")} - {"timestep_embed.weight"}


def test_levels_share_memory() -> None:
    program = program_of("attention at most levels, five of them")
    made = sum(step.made.floats for step in program.steps if step.kind is Kind.CONVOLVE)
    assert program.memory_floats < made / 3
