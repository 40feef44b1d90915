"""Temperature over a take: by samples, in every family that has one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from approx_build.engines.autoregressive.temperature import temperatures
from approx_build.families.base import FAMILIES, Family
from approx_build.families.codes import Temperature
from tests.families.examples import example_network, example_takes, plain_weights

READ = TypeAdapter(Temperature)
MOVING = [
    family
    for family in FAMILIES
    if READ.json_schema()["oneOf"]
    == family.sampling_model.model_json_schema()["properties"].get("temperature", {}).get("oneOf")
]


def test_a_number_stays_a_number() -> None:
    assert temperatures(0.7, 8000, 100) == 0.7


def test_breakpoints_are_counted_in_seconds_from_the_start_of_the_take() -> None:
    points = ((0.0, 1.0), (0.5, 0.0), (0.5, 2.0))
    assert np.array_equal(temperatures(points, 8, 6), [1, 0.75, 0.5, 0.25, 2, 2])
    # A sound that the take begins with is a part of its time.
    assert np.array_equal(temperatures(points, 8, 3, first=2), [0.5, 0.25, 2])
    assert np.array_equal(temperatures(((0.0, 0.5),), 8, 3), [0.5] * 3)


@pytest.mark.parametrize("wrong", [[], [[0, 11]], [[-1, 1]], [[1, 1], [0, 1]], [[0, 1, 2]], -1, 11])
def test_a_temperature_that_makes_no_sense_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        READ.validate_python(wrong)


def test_some_families_have_one() -> None:
    assert len(MOVING) > 1


@pytest.mark.parametrize("family", MOVING)
def test_a_level_curve_gives_the_bits_of_its_number(family: type[Family]) -> None:
    network = example_network(family)
    weights = plain_weights(network)
    [take] = example_takes(family, 60)

    def drawn(temperature: object) -> bytes:
        sampling = family.sampling_model.model_validate({"temperature": temperature})
        [clip] = network.draw(weights, [replace(take, sampling=sampling)])
        return clip.data.tobytes()

    at_s = 30 / network.rate
    number, level, moving = (drawn(one) for one in (1.3, [[0, 1.3]], [[0, 1.3], [at_s, 10]]))
    assert number == level != moving
