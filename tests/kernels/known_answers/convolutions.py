"""Known answers of strided, dilated and transposed convolutions, and of functions between them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.kernels import reference
from approx_build.kernels.program import RELU, TANH, Program, Taps, leaky_relu
from approx_build.kernels.program_builder import ProgramBuilder
from approx_build.kernels.program_reference import convolve
from approx_build.kernels.tensors import Floats
from approx_build.kernels.transposed import Transposed
from tests.kernels.known_answers.case import Case
from tests.kernels.known_answers.programs import program_case

SOUND, FEATURES, SLOPE = (2, 401), 3, 0.2
DOWN, WIDE, CAUSAL = Taps(7, stride=4), Taps(3, dilation=9), Taps(5, dilation=2, before=8)
UP = {"whole": Transposed(32, 25, 4, 10), "narrow": Transposed(1, 8, 3, 2)}
CHANNELS = {"whole": 20, "narrow": 32}


def _program() -> Program:
    builder = ProgramBuilder()
    entered = builder.enter(SOUND[1], SOUND[0] + FEATURES)
    x = builder.convolve("down", [entered], 20, DOWN)
    inner = builder.convolve("wide", [x], 33, WIDE, activation=leaky_relu(SLOPE))
    made = builder.convolve("causal", [inner], 20, CAUSAL, activation=RELU)
    builder.add(made, [x])
    up = builder.transposed("whole", made, UP["whole"], leaky_relu(SLOPE))
    last = builder.transposed("narrow", up, UP["narrow"], RELU)
    builder.activate(last, TANH)
    builder.leave(last)
    return builder.finished()


def _shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        "down.weight": (20, 5, 7),
        "down.bias": (20,),
        "wide.weight": (33, 20, 3),
        "wide.bias": (33,),
        "causal.weight": (20, 33, 5),
        "causal.bias": (20,),
    }
    for name, shape in UP.items():
        shapes |= shape.phase_shapes(name, CHANNELS[name])
    return shapes


def _forward(tensors: Mapping[str, Floats], sound: Floats, features: Floats) -> Floats:
    def convolved(name: str, given: Floats, taps: Taps) -> Floats:
        return convolve(given, tensors[f"{name}.weight"], tensors[f"{name}.bias"], taps)

    def up(name: str, given: Floats) -> Floats:
        shape = UP[name]
        parts = [convolved(group.name(name), given, group.taps) for group in shape.groups()]
        rows = np.concatenate(parts, axis=1).reshape(-1, shape.phase_floats)
        return rows[:, : shape.outputs]

    beside = np.broadcast_to(features, (SOUND[1], FEATURES))
    x = convolved("down", np.concatenate([sound.T, beside], axis=1), DOWN)
    inner = convolved("wide", reference.leaky_relu(x, SLOPE), WIDE)
    made = convolved("causal", reference.relu(inner), CAUSAL) + x
    rows = up("narrow", reference.relu(up("whole", reference.leaky_relu(made, SLOPE))))
    return np.ascontiguousarray(reference.tanh(rows).T)


def _case() -> Case:
    samples = DOWN.rows(SOUND[1]) * 12
    return program_case(
        *("convolutions", _program(), _shapes(), SOUND, FEATURES, _forward),
        result=(1, samples),
    )


CASES = [_case()]
