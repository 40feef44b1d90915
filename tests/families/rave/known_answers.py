"""Known answers of encoders and decoders: programs of stacks, of both layouts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from approx_build.families.rave.layers import SLOPE, Convolution, Residual, Stack, convolutions
from approx_build.families.rave.programs import stack_program, transposed_of
from approx_build.kernels.program import Taps
from approx_build.kernels.program_reference import convolve
from approx_build.kernels.reference import leaky_relu
from approx_build.kernels.tensors import Floats
from tests.families.rave.networks import FORMS, network
from tests.kernels.known_answers.case import Case
from tests.kernels.known_answers.programs import program_case

ROWS = 48


def _shapes(stack: Stack) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in convolutions(stack):
        if layer.is_transposed:
            shapes |= transposed_of(layer).phase_shapes(layer.name, layer.inputs)
        else:
            shapes[f"{layer.name}.weight"] = layer.outputs, layer.inputs, layer.taps
            shapes[f"{layer.name}.bias"] = (layer.outputs,)
    return shapes


def _convolve(tensors: Mapping[str, Floats], layer: Convolution, x: Floats) -> Floats:
    x = leaky_relu(x, SLOPE) if layer.is_activated else x

    def plain(name: str, taps: Taps) -> Floats:
        return convolve(x, tensors[f"{name}.weight"], tensors[f"{name}.bias"], taps)

    if not layer.is_transposed:
        return plain(layer.name, Taps(layer.taps, layer.stride, layer.dilation, layer.before))
    shape = transposed_of(layer)
    parts = [plain(group.name(layer.name), group.taps) for group in shape.groups()]
    rows = np.concatenate(parts, axis=1).reshape(-1, shape.phase_floats)
    return rows[:, : shape.outputs]


def _run(stack: Stack, tensors: Mapping[str, Floats], x: Floats) -> Floats:
    for one in stack:
        if isinstance(one, Residual):
            x = _run(one.layers, tensors, x) + x
        else:
            x = _convolve(tensors, one, x)
    return x


def _forward(stack: Stack, tensors: Mapping[str, Floats], sound: Floats, _time: Floats) -> Floats:
    return np.ascontiguousarray(_run(stack, tensors, sound.T).T)


def _case(form: str, part: str) -> Case:
    net = network(form)
    stack = net.encoder if part == "encoder" else net.decoder[part]
    first, *_, last = (next(convolutions(stack)), *convolutions(stack))
    rows = ROWS
    for layer in convolutions(stack):
        rows = int(rows * layer.rate)
    return program_case(
        *(f"rave:{form}-{part}", stack_program(stack, ROWS), _shapes(stack)),
        *((first.inputs, ROWS), 0, partial(_forward, stack)),
        result=(last.outputs, rows),
    )


CASES = [
    _case(form, part)
    for form in FORMS
    if "with" not in form
    for part in ("encoder", "trunk", "noise")
]
