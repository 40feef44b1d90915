from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from approx_build.families.samplernn.torch_gru import gru

WIDTH = 6


def layer(frames: int, count: int = 3) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What the gates hear, first states, weights and biases of the state."""
    numbers = np.random.default_rng(0)
    shapes = (count, frames, 3 * WIDTH), (count, WIDTH), (WIDTH, 3 * WIDTH), (3 * WIDTH,)
    heard, h, weight, bias = (torch.from_numpy(numbers.standard_normal(s)) for s in shapes)
    return heard, h, weight, bias


def test_reset_after_is_torch_s_own_gru() -> None:
    _, h, weight, bias = layer(9)
    torch.manual_seed(0)
    theirs = torch.nn.GRU(4, WIDTH, batch_first=True, dtype=torch.float64)
    theirs.weight_hh_l0.data, theirs.bias_hh_l0.data = weight.t().contiguous(), bias
    x = torch.randn(3, 9, 4, dtype=torch.float64)
    expected, _ = theirs(x, h[None])
    heard = torch.nn.functional.linear(x, theirs.weight_ih_l0, theirs.bias_ih_l0)
    torch.testing.assert_close(gru(heard, h, weight, bias), expected, rtol=0, atol=1e-14)


def test_reset_before_is_another_gru_stated_in_ten_lines() -> None:
    heard, first, weight, bias = layer(9, count=1)
    a, h, u, made = heard[0].numpy(), first[0].numpy(), weight.numpy(), []
    for now in a:
        r, z = (1 / (1 + np.exp(-(now[i : i + 6] + h @ u[:, i : i + 6]))) for i in (0, 6))
        n = np.tanh(now[12:] + (r * h) @ u[:, 12:])
        h = (1 - z) * n + z * h
        made.append(h)
    own = gru(heard, first, weight, None)
    np.testing.assert_allclose(own[0].numpy(), made, rtol=0, atol=1e-14)
    after = gru(heard, first, weight, torch.zeros_like(bias))
    assert float((own - after).abs().max()) > 0.1


@pytest.mark.parametrize("frames", [1, 5])
@pytest.mark.parametrize("has_bias", [True, False])
def test_gradients_are_those_that_differences_find(frames: int, has_bias: bool) -> None:
    inputs = [one.requires_grad_() for one in layer(frames, count=2)[: 4 if has_bias else 3]]
    assert torch.autograd.gradcheck(lambda *some: gru(*some, *[None] * (4 - len(some))), inputs)


def test_frames_in_parts_are_the_frames_of_the_whole() -> None:
    heard, h, weight, bias = layer(8)
    whole = gru(heard, h, weight, bias)
    first = gru(heard[:, :3], h, weight, bias)
    second = gru(heard[:, 3:], first[:, -1], weight, bias)
    assert torch.equal(torch.cat([first, second], dim=1), whole)


@pytest.mark.parametrize("has_bias", [True, False])
def test_lower_precision_around_it_leaves_states_in_full(has_bias: bool) -> None:
    heard, h, weight, bias = (one.float() for one in layer(4))
    given = bias if has_bias else None
    with torch.autocast("cpu", dtype=torch.bfloat16):
        low = gru(heard, h, weight, given)
    assert torch.equal(low, gru(heard, h, weight, given))
