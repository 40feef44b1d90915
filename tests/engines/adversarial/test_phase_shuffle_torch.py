"""Phase shuffle: a shift with a mirrored end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from approx_build.engines.adversarial.phase_shuffle_torch import shuffled  # noqa: E402


def one(row: list[float], by: int) -> list[float]:
    found = shuffled(torch.tensor([[row]]), torch.tensor([by]))
    return [float(number) for number in found[0, 0]]


def test_a_row_is_shifted_and_its_free_end_is_reflected_without_the_edge() -> None:
    row = [float(number) for number in range(8)]
    assert one(row, 2) == [2, 1, 0, 1, 2, 3, 4, 5]
    assert one(row, -2) == [2, 3, 4, 5, 6, 7, 6, 5]
    assert one(row, 0) == row


def test_each_item_has_its_own_shift_for_all_channels() -> None:
    rows = torch.randn(3, 4, 20)
    found = shuffled(rows, torch.tensor([1, 0, -2]))
    assert found.shape == rows.shape
    torch.testing.assert_close(found[0, :, 1:], rows[0, :, :-1])
    torch.testing.assert_close(found[1], rows[1])
    torch.testing.assert_close(found[2, :, :-2], rows[2, :, 2:])


@given(st.integers(-7, 7), st.integers(8, 40))
def test_shifting_back_restores_all_but_the_ends(by: int, length: int) -> None:
    rows = torch.arange(length, dtype=torch.float64)[None, None]
    back = shuffled(shuffled(rows, torch.tensor([by])), torch.tensor([-by]))
    inside = slice(0, length - by) if by >= 0 else slice(-by, length)
    torch.testing.assert_close(back[..., inside], rows[..., inside])
    steady = torch.full((1, 2, length), 0.5)
    torch.testing.assert_close(shuffled(steady, torch.tensor([by])), steady)


def test_the_gradient_is_the_adjoint_of_the_shift() -> None:
    rows = torch.randn(2, 3, 12, dtype=torch.float64, requires_grad=True)
    shifts = torch.tensor([2, -1])
    assert torch.autograd.gradcheck(lambda x: shuffled(x, shifts), rows)
    assert torch.autograd.gradgradcheck(lambda x: shuffled(x, shifts).square(), rows)


def test_a_ramp_keeps_its_mean_position() -> None:
    ramp = torch.arange(20, dtype=torch.float64)[None, None].expand(5, 1, 20)
    mean = shuffled(ramp, torch.arange(-2, 3)).mean(dim=0)[0]
    np.testing.assert_allclose(mean[2:-2], np.arange(2, 18))
