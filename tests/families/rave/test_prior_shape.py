"""The sizes of a prior."""

from __future__ import annotations

from approx_build.families.parameters import numbers_in
from approx_build.families.rave.prior_shape import dilations, prior_receptive_field, prior_shapes


def test_dilations_double_and_restart() -> None:
    assert dilations(6) == (1, 2, 4, 8, 1, 2)
    assert prior_shapes(3, 0, 4) == {}


def test_the_receptive_field_is_the_sum_of_dilations_plus_one_latent() -> None:
    assert prior_receptive_field(5) == 1 + 2 + 4 + 8 + 1 + 1


def test_the_number_of_tensors_follows_from_the_layers() -> None:
    # 3 · 6 + 6, each layer 2 · 12 · 6 + 12 + 6 · 6 + 6, 6 · 6 + 6.
    assert numbers_in(prior_shapes(3, 6, 5)) == 24 + 5 * 198 + 42
