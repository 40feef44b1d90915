"""Drawing within memory, by networks whose memory and clips are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.execution.take_batches import BASELINE, drawn, estimated_bytes, need, parts
from approx_build.families.base import FAMILIES, Family
from approx_build.families.take_request import TakeRequest
from approx_build.machine import Available
from approx_build.plan.graph import Action, Kind
from approx_build.units import size
from tests.families.examples import (
    example_network,
    example_takes,
    large_takes,
    plain_weights,
)

NETWORKS = {family.model_fields["family"].default: example_network(family) for family in FAMILIES}
EVERY = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
LOCK_STEP = next(network for network in NETWORKS.values() if network.lock_step > 1)
"""Clips of it are drawn faster together."""
ONE_BY_ONE = next(network for network in NETWORKS.values() if network.lock_step == 1)


def takes(network: Family, *lengths: int) -> list[TakeRequest[Any]]:
    return example_takes(type(network), *lengths)


def there(size: int) -> Available:
    return Available(size, "memory of a test")


@EVERY
def test_what_fits_is_drawn_together(network: Family) -> None:
    asked = takes(network, 50, 60, 70)
    assert parts(network, asked, there(need(network, asked))) == [asked]
    assert parts(network, asked, None) == [asked]


@EVERY
def test_what_does_not_fit_together_is_drawn_in_as_few_batches_as_do(network: Family) -> None:
    asked = takes(network, 50, 60, 70, 50, 40)
    limit = need(network, asked[:3])
    batches = parts(network, asked, there(limit))
    assert [one for batch in batches for one in batch] == asked
    assert [len(batch) for batch in batches] == [3, 2]
    assert parts(network, asked, there(2 * limit), jobs=2) == batches


def test_one_take_may_use_what_other_jobs_would() -> None:
    asked = takes(LOCK_STEP, 50, 60)
    limit = max(need(LOCK_STEP, [one]) for one in asked)
    assert [len(batch) for batch in parts(LOCK_STEP, asked, there(limit), jobs=8)] == [1, 1]


@EVERY
def test_a_network_too_large_is_refused_with_what_it_needs_and_what_there_is(
    network: Family,
) -> None:
    asked = takes(network, 50)
    items, half = network.drawing_bytes(asked), need(network, asked) // 2
    with pytest.raises(ModelError) as refused:
        parts(network, asked, there(half))
    said = refused.value.message
    assert all(f"{name} {size(count)}" in said for name, count in items.items() if count)
    assert f"{size(half)} is available (memory of a test)" in said
    assert f"make the network smaller ({type(network).large_by})" in said


def test_a_take_too_long_is_refused_with_a_length_that_fits() -> None:
    asked = takes(LOCK_STEP, 10_000_000)
    limit = need(LOCK_STEP, takes(LOCK_STEP, 20_000))
    with pytest.raises(ModelError, match=f"a take of {20_000 / LOCK_STEP.rate:g} s fits$"):
        parts(LOCK_STEP, asked, there(limit))


@EVERY
def test_more_takes_and_longer_ones_take_no_less(network: Family) -> None:
    few, more, longer = ((40,), (40, 40), (40, 400))
    needs = [need(network, takes(network, *lengths)) for lengths in (few, more, longer)]
    assert needs == sorted(needs)


def test_clips_are_those_of_one_batch() -> None:
    asked, weights = takes(ONE_BY_ONE, 64, 20, 100), plain_weights(ONE_BY_ONE)
    told: list[tuple[int, int]] = []
    whole = list(drawn(ONE_BY_ONE, weights, [asked]))
    apart = list(
        drawn(ONE_BY_ONE, weights, [asked[:1], asked[1:]], "cpu", lambda *n: told.append(n))
    )
    assert all(map(np.array_equal, *(list(map(data, clips)) for clips in (whole, apart))))
    assert told == sorted(told)
    assert told[-1] == (184, 184)


def data(clip: Clip) -> Any:
    return clip.data


def action(network: Family, number: int, checkpoint: str, samples: int) -> Action:
    params = {
        "family": network.model_dump()["family"],
        "network": network.model_dump(mode="json"),
        "samples": samples,
        "sampling": network.sampling({}).model_dump(mode="json"),
    }
    return Action(f"take/{number}", Kind.TAKE, params, {"checkpoint": checkpoint})


def of(network: Family, checkpoint: str, samples: Sequence[int]) -> list[Action]:
    return [action(network, number, checkpoint, one) for number, one in enumerate(samples)]


def test_a_take_is_estimated_to_need_the_memory_of_its_batch() -> None:
    [told] = set(estimated_bytes(of(LOCK_STEP, "a/1", [50, 70, 60, 40]), jobs=2).values())
    assert told == BASELINE + need(LOCK_STEP, takes(LOCK_STEP, 70, 60))
    count = LOCK_STEP.lock_step
    many = estimated_bytes(of(LOCK_STEP, "a/1", [50] * (count + 5)))
    assert set(many.values()) == {BASELINE + need(LOCK_STEP, takes(LOCK_STEP, *[50] * count))}


def test_takes_of_other_checkpoints_are_estimated_apart() -> None:
    large, _ = large_takes(type(LOCK_STEP), 1)
    found = estimated_bytes([action(large, 1, "large/1", 9), action(LOCK_STEP, 2, "tiny/1", 9)])
    assert found["take/1"] - found["take/2"] > 20 << 20
