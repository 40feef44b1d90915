"""The sizes that parameters give, and what they refuse, with what would be right."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from approx_build.families.rave.parameters import RAVEParameters


def network(**changes: object) -> RAVEParameters:
    return RAVEParameters.model_validate(changes)


def test_the_default_has_twenty_one_and_a_half_latents_a_second() -> None:
    net = network()
    assert net.hop == 2048
    assert round(net.rate / net.hop, 1) == 21.5


def test_margins_cover_the_receptive_field_of_convolutions_and_filters() -> None:
    net = network(ratios=(2,), dilations=((),), bands=4)
    # 3 rows of the first, 2 · 1 of that by stride, 2 rows at half the rate; 4 samples a row.
    assert net.encoder_margin == -(-((3 + 2 + 2) * 4 + 64) // 8)
    # 1 latent of the first, 1 of the transposed, 3 rows at twice the rate; the filters.
    assert net.decoder_margin == 1 + 1 + 2 + 8 + 1


def test_odd_ratios_are_refused_with_the_nearest() -> None:
    with pytest.raises(ValidationError, match=r"ratios: 5 is odd.* the nearest are 4 and 6"):
        network(ratios=(4, 5), dilations=((1,), (1,)))


def test_each_ratio_needs_dilations() -> None:
    with pytest.raises(ValidationError, match="dilations: 1 rows for 4 ratios"):
        network(dilations=((1, 3),))
    assert network(ratios=(2, 2)).unit_dilations == ((1, 3, 9), (1, 3))


def test_numbers_of_bands_without_filters_are_refused() -> None:
    with pytest.raises(ValidationError, match="4, 8 or 16"):
        network(bands=5)


def test_a_capacity_that_doubles_too_often_is_refused_with_the_largest() -> None:
    with pytest.raises(ValidationError, match="at most 512 with so many ratios"):
        network(capacity=1024, ratios=(2, 2, 2, 2, 2))


def test_filters_of_noise_must_fit_into_their_blocks() -> None:
    """32 magnitudes in blocks of 8, as the published v2_small has them, would be silent."""
    with pytest.raises(ValidationError, match="room for 2 to 5, the nearest is 5"):
        network(noise_bands=32)
    with pytest.raises(ValidationError, match=r"do not divide the 8 samples.* the nearest is 4"):
        network(noise_bands=2, noise_ratios=(6,), ratios=(4, 2))
    assert network(noise_bands=33, noise_ratios=(4, 4, 4)).noise_block == 64


def test_windows_that_are_not_whole_latents_are_refused_with_the_nearest_size() -> None:
    net = network()
    with pytest.raises(ValueError, match="the nearest window is 131072"):
        net.check_training_window(131_000)
    with pytest.raises(ValueError, match="at least 4; the nearest window is 8192"):
        net.check_training_window(2048)
    net.check_training_window(131_072)
