"""Convolutions as data: what they reach, at which rate, and how much work they are."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.rave.folding import folded
from approx_build.families.rave.layers import (
    Convolution,
    Residual,
    convolutions,
    multiply_adds,
    reach,
)
from approx_build.families.rave.reference import run_stack
from tests.families.rave.networks import FORMS, network, weights_of


@pytest.mark.parametrize("form", list(FORMS))
def test_inputs_beyond_the_reach_do_not_change_a_row(form: str) -> None:
    net = network(form)
    weights = weights_of(net)
    for name, stack in {"encoder": net.encoder, "trunk": net.decoder["trunk"]}.items():
        layers = list(convolutions(stack))
        ours = {layer.name: folded(weights, layer) for layer in layers}
        far = reach(stack)
        x = np.zeros((8 * (2 * far // 8 + 3), layers[0].inputs), np.float32)
        changed = x.copy()
        middle = len(x) // 2
        changed[middle] = 1
        apart = (run_stack(ours, stack, x) != run_stack(ours, stack, changed)).any(axis=1)
        rate = len(apart) / len(x)
        touched = np.flatnonzero(apart)
        assert touched[0] >= (middle - far) * rate - 1, name
        assert touched[-1] <= (middle + far + 1) * rate, name


def test_multiply_adds_count_each_tap_once_per_output_row() -> None:
    plain = Convolution("a", 2, 3, 5)
    strided = Convolution("b", 3, 4, 8, 4)
    raised = Convolution("c", 4, 2, 8, 4, is_transposed=True)
    unit = Residual((Convolution("d", 2, 2, 1),))
    assert multiply_adds((plain,)) == 30
    assert multiply_adds((plain, strided)) == 30 + 96 / 4
    assert multiply_adds((plain, strided, raised)) == 30 + 96 / 4 + 64 / 4
    assert multiply_adds((plain, strided, raised, unit)) == 30 + 96 / 4 + 64 / 4 + 4
