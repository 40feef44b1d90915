"""Known answers of U-Nets: every step of programs, narrow and wide, whole vectors and not."""

from __future__ import annotations

from approx_build.families.dance_diffusion.unet_program import unet_program
from approx_build.families.dance_diffusion.unet_reference import forward
from approx_build.families.dance_diffusion.unet_weights import TIME_FEATURES, UNetShape
from tests.families.dance_diffusion.unets import SHAPES
from tests.kernels.known_answers.case import Case
from tests.kernels.known_answers.programs import program_case


def _case(name: str, shape: UNetShape, window: int) -> Case:
    return program_case(
        f"unet:{name.replace(',', '').replace(' ', '-')}",
        unet_program(shape, window),
        shape.tensors(),
        (shape.channels, window),
        TIME_FEATURES,
        lambda tensors, sound, time: forward(tensors, shape, sound, time),
    )


CASES = [_case(name, *shape_and_window) for name, shape_and_window in SHAPES.items()]
