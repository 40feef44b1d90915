"""The published counts of parameters, the layers of any length, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from approx_build.families.parameters import numbers_in
from approx_build.families.wavegan.memory import products
from approx_build.families.wavegan.parameters import PRESETS, WaveGANParameters

COUNTS: dict[str, tuple[dict[str, Any], int, int]] = {
    "published": ({}, 19_065_345, 17_427_969),
    "two seconds": ({"preset": "two-seconds"}, 73_149_953, 69_875_201),
    "four seconds": ({"preset": "four-seconds"}, 73_149_953, 69_875_201),
    "half as wide": ({"width": 32}, 5_180_673, 4_361_985),
    "a quarter as wide": ({"width": 16}, 1_502_337, 1_092_993),
    "four layers": ({"length": 4096, "width": 16}, 476_161, 271_489),
    "four narrow layers": ({"length": 4096, "width": 8}, 170_881, 68_545),
}
"""Of each network its parameters, and the numbers of its generator and its critic."""


def network(**given: Any) -> WaveGANParameters:
    return WaveGANParameters.model_validate(given)


@pytest.mark.parametrize("name", COUNTS)
def test_networks_have_the_published_counts(name: str) -> None:
    given, generator, critic = COUNTS[name]
    net = network(**given)
    assert net.parameter_count == generator
    assert numbers_in(net.training_shapes()) == generator + critic


def test_a_two_dimensional_network_of_equal_taps_has_equal_counts() -> None:
    """SpecGAN has 5 · 5 taps for 25 and 4 · 4 rows for 16."""
    net, total = network(), 16_384 * 101
    for given, made in zip(net.widths, net.widths[1:], strict=False):
        total += 5 * 5 * given * made + made
    assert total == net.parameter_count


def test_the_cost_of_a_clip_is_the_multiply_adds_of_its_layers() -> None:
    exact = 100 * 16_384 + 16_384 // 4 * 25 * 64
    exact += sum(25 * 16 * 4**n * (1024 >> n) * (512 >> n) for n in range(4))
    # The last layer multiplies 16 outputs for 4.
    assert exact <= products(network()) < 1.03 * exact
    assert exact == pytest.approx(847.1e6, rel=1e-3)


@pytest.mark.parametrize("length", [1 << n for n in range(9, 21)])
def test_layers_turn_16_rows_into_a_clip_and_halve_the_channels(length: int) -> None:
    net = network(length=length, width=4)
    rows = 16
    for stride in net.strides:
        rows *= stride
    assert rows == length
    assert net.widths[-2:] == (4, 1)
    assert all(a == 2 * b for a, b in zip(net.widths[:-2], net.widths[1:-1], strict=True))
    assert [net.before(stride) for stride in (4, 2)] == [10, 11]


def test_presets_supply_values_that_are_not_given() -> None:
    for preset, values in PRESETS.items():
        net = network(preset=preset)
        assert {name: getattr(net, name) for name in values} == values
    assert network(preset="four-seconds", length=1024).length == 1024


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"length": 16_000}, r"16000 samples; .* the nearest is 16384 \(1.024 s\)"),
        ({"length": 100}, "at least 512; the nearest is 512"),
        ({"taps": 24}, "taps: 24; must be odd: 23 or 25"),
        ({"width": 6}, "multiple of 4"),
        ({"sound_channels": 3}, "less than or equal to 2"),
        ({"upsample": "linear"}, "'zeros' or 'nearest'"),
    ],
)
def test_impossible_values_are_refused_with_possible_ones(
    given: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        network(**given)


def test_windows_must_have_the_length_of_clips() -> None:
    network().check_training_window(16_384)
    with pytest.raises(ValueError, match=r"must be 16384, .* \(is 8192\)"):
        network().check_training_window(8192)
