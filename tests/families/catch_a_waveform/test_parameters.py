"""The parameters of a pyramid: published counts, and rates that cannot be."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from approx_build.families.catch_a_waveform.parameters import PRESETS
from approx_build.families.parameters import numbers_in
from tests.families.catch_a_waveform.networks import network


def test_the_published_form_has_the_published_counts() -> None:
    net = network(**_published())
    assert numbers_in(net.learned_shapes(0)) == 21_442
    assert numbers_in(net.critic_shapes(0)) == 14_562
    assert numbers_in(net.learned_shapes(15)) == 750_722
    assert numbers_in(net.critic_shapes(15)) == 502_082
    assert sum(numbers_in(net.learned_shapes(scale)) for scale in range(16)) == 11_282_272
    assert sum(numbers_in(net.critic_shapes(scale)) for scale in range(16)) == 7_545_792
    assert net.field == 2041
    assert net.right == 1020 + 4
    assert net.rate == 16000


@pytest.mark.parametrize(
    ("preset", "first", "later"),
    [("tiny", (4_322, 2_610), (9_506, 5_642)), ("small", (4_930, 3_218), (19_074, 12_194))],
)
def test_the_forms_for_two_cores_have_counts_of_their_own(
    preset: str, first: tuple[int, int], later: tuple[int, int]
) -> None:
    net = type(network()).model_validate({"preset": preset})
    counts = [
        (numbers_in(net.learned_shapes(scale)), numbers_in(net.critic_shapes(scale)))
        for scale in (0, net.scales - 1)
    ]
    assert counts == [first, later]


def test_a_preset_gives_what_is_not_given() -> None:
    net = type(network()).model_validate({"preset": "tiny", "layers": 7})
    assert net.rates == PRESETS["tiny"]["rates"]
    assert net.field == 1017
    assert type(net).model_validate_json('{"rates": [500, 1000]}', strict=True).rates == (500, 1000)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rates": (1000, 500, 2000)}, "must rise from the coarsest scale"),
        ({"rates": (1000, 1000)}, "1000 Hz is not above 1000 Hz"),
        ({"rates": (500, 4000)}, "at most 4 times the rate of the scale below it: add 1414 Hz"),
        ({"rates": (500, 640)}, "must be at least 1000 Hz"),
        ({"taps": 8}, "must be odd: 7 or 9"),
        ({"rates": (1000,)}, "at least 2"),
    ],
)
def test_rates_and_taps_that_cannot_be_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        network(**changes)


def test_a_recording_must_be_twice_as_long_as_what_the_coarsest_scale_hears() -> None:
    net = network(**_published())
    least = -(-2 * 2041 * 16000 // 320)
    net.check_training_window(least)
    with pytest.raises(
        ValueError, match=rf"320 Hz hears 6\.38 s at once.*at least {least} samples"
    ):
        net.check_training_window(least - 1)


def _published() -> dict[str, object]:
    defaults = type(network())()
    return {name: getattr(defaults, name) for name in type(defaults).model_fields}
