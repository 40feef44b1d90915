"""Drawing within memory, by networks whose memory and clips are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.execution.drawing import BASELINE, drawn, foretold, need, parts
from approx_build.families.base import Family, TakeRequest
from approx_build.families.dance_diffusion import DanceDiffusion
from approx_build.families.wavenet import WaveNet
from approx_build.plan.graph import Action, Kind
from approx_build.training.memory import Available
from tests.families.dance_diffusions import TINY, some_weights

WAVENET = WaveNet(dilations=(1, 2, 4), skip_channels=16, sample_rate=8000)
FAMILIES = pytest.mark.parametrize("network", [WAVENET, TINY], ids=["wavenet", "dance-diffusion"])


def takes(network: Family, *lengths: int, **sampling: Any) -> list[TakeRequest[Any]]:
    return [
        TakeRequest(length, f"{number:032x}", network.sampling(sampling))
        for number, length in enumerate(lengths)
    ]


def there(size: int) -> Available:
    return Available(size, "memory of a test")


@FAMILIES
def test_what_fits_is_drawn_together(network: Family) -> None:
    asked = takes(network, 50, 60, 70)
    assert parts(network, asked, there(need(network, asked))) == [asked]
    assert parts(network, asked, None) == [asked]


@FAMILIES
def test_what_does_not_fit_together_is_drawn_in_as_few_batches_as_do(network: Family) -> None:
    asked = takes(network, 50, 60, 70, 50, 40)
    limit = need(network, asked[:3])
    batches = parts(network, asked, there(limit))
    assert [one for batch in batches for one in batch] == asked
    assert [len(batch) for batch in batches] == [3, 2]
    assert parts(network, asked, there(2 * limit), jobs=2) == batches


def test_one_take_may_use_what_other_jobs_would() -> None:
    asked = takes(WAVENET, 50, 60)
    limit = max(need(WAVENET, [one]) for one in asked)
    assert [len(batch) for batch in parts(WAVENET, asked, there(limit), jobs=8)] == [1, 1]


@FAMILIES
def test_a_network_too_large_is_refused_with_what_it_needs_and_what_there_is(
    network: Family,
) -> None:
    asked = takes(network, 50)
    with pytest.raises(ModelError) as refused:
        parts(network, asked, there(3000))
    said = refused.value.message
    assert "packed weights" in said
    assert "3 kB are to be had (memory of a test)" in said
    assert f"make the network smaller ({type(network).large_by})" in said


def test_a_take_too_long_is_refused_with_a_length_that_fits() -> None:
    asked = takes(WAVENET, 10_000_000)
    limit = need(WAVENET, takes(WAVENET, 20_000))
    with pytest.raises(ModelError, match=r"a take of 2\.5 s fits$"):
        parts(WAVENET, asked, there(limit))


@FAMILIES
def test_more_takes_and_longer_ones_take_no_less(network: Family) -> None:
    few, more, longer = ((40,), (40, 40), (40, 400))
    needs = [need(network, takes(network, *lengths)) for lengths in (few, more, longer)]
    assert needs == sorted(needs)


def test_noise_on_the_way_takes_memory() -> None:
    plain = takes(TINY, 64, sampler="ddim")
    noisy = takes(TINY, 64, sampler="ddim", eta=1.0)
    assert need(TINY, noisy) > need(TINY, plain)


def test_clips_are_those_of_one_batch() -> None:
    asked, weights = takes(TINY, 64, 20, 100, steps=3), some_weights(TINY)
    told: list[tuple[int, int]] = []
    whole = list(drawn(TINY, weights, [asked]))
    apart = list(drawn(TINY, weights, [asked[:1], asked[1:]], "cpu", lambda *n: told.append(n)))
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


def test_a_take_is_foretold_to_need_what_its_batch_does() -> None:
    [told] = set(foretold(of(WAVENET, "a/1", [50, 70, 60, 40]), jobs=2).values())
    assert told == BASELINE + need(WAVENET, takes(WAVENET, 70, 60))
    count = WAVENET.lock_step
    many = foretold(of(WAVENET, "a/1", [50] * (count + 5)))
    assert set(many.values()) == {BASELINE + need(WAVENET, takes(WAVENET, *[50] * count))}


def test_takes_of_other_checkpoints_are_foretold_apart() -> None:
    large = DanceDiffusion()
    found = foretold([action(large, 1, "large/1", 9), action(TINY, 2, "tiny/1", 9)])
    assert found["take/1"] > 1_900_000_000 > 100_000_000 > found["take/2"]
