"""The energy score of spectra: what it is of equal sounds, and what it is least for."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from approx_build.engines.adversarial.energy_score_torch import (  # noqa: E402
    features,
    score,
    spread,
    variety,
)


def test_a_sine_at_full_scale_has_the_length_of_its_amplitude() -> None:
    time = torch.arange(4096) / 8000
    sines = [a * torch.sin(2 * torch.pi * 1000 * time) for a in (1.0, 0.5)]
    loud, quiet = features(torch.stack(sines)[:, None]).norm(dim=1)
    # A window of Hann spreads a sine over three bins: 1, ½ and ½.
    assert float(loud) == pytest.approx(1.5**0.5, abs=0.05)
    assert float(quiet) == pytest.approx(float(loud) / 2, rel=1e-4)


def test_spread_is_the_mean_distance_of_two_different_ones() -> None:
    items = torch.tensor([[[0.0, 0], [3, 4], [0, 0]]])
    assert float(spread(items)) == pytest.approx((5 + 5 + 0) / 3)
    assert float(spread(torch.ones(2, 4, 7))) == 0


def test_equal_sounds_have_a_score_of_zero() -> None:
    sounds = torch.randn(3, 1, 512) / 10
    found = features(sounds)
    assert float(score(found, found[:, None].expand(3, 4, -1))) == pytest.approx(0, abs=1e-6)


def test_a_generator_of_one_sound_pays_for_its_missing_spread() -> None:
    torch.manual_seed(0)
    recorded, varied = torch.randn(200, 3), torch.randn(200, 8, 3)
    alike = torch.zeros(200, 8, 3)
    other = torch.randn(200, 8, 3) + 1
    best = float(score(recorded, varied))
    assert best < float(score(recorded, alike))
    assert best < float(score(recorded, other))


@pytest.mark.parametrize("length", [512, 1024, 16384])
def test_features_do_not_grow_with_the_length_of_a_sound(length: int) -> None:
    torch.manual_seed(1)
    noise = torch.randn(4, 2, length) / 10
    assert 0.05 < float(features(noise).norm(dim=1).mean()) < 0.5


def test_variety_is_the_spread_of_what_is_generated_as_a_share_of_that_of_recordings() -> None:
    recorded = torch.tensor([[0.0], [2.0], [4.0]])
    generated = torch.tensor([[[0.0], [4.0]], [[8.0], [4.0]]])
    [(name, found)] = variety(recorded, generated).items()
    assert name == "variety"
    assert found == pytest.approx(1.5, rel=1e-3)
    alike = torch.ones(2, 2, 1)
    assert variety(recorded, alike)["variety"] < 1e-3
    assert variety(alike[0], alike)["variety"] == 1
    assert variety(recorded[:1], alike) == {}
