"""Sizes: in proportion to the work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from approx_build.kernels import compiled
from approx_build.plan.graph import Action, Kind
from approx_build.plan.work_estimate import size

NETWORK = {"family": "wavenet", "dilations": [1, 2], "skip_channels": 8}
TAKE = Action("t", Kind.TAKE, {"samples": 8000, "network": NETWORK, "sampling": {}})
STEM = Action("s", Kind.STEM, {"samples": 8000, "events": []})
TRAINING = {"steps": 100, "batch": 2, "window": 1000}
TRAIN = Action("r", Kind.TRAIN, {"training": TRAINING, "network": NETWORK})


def test_twice_the_samples_are_twice_the_work() -> None:
    assert size(replace(TAKE, params={**TAKE.params, "samples": 16_000})) == 2 * size(TAKE)
    assert size(replace(STEM, params={**STEM.params, "samples": 16_000})) == 2 * size(STEM)


def test_a_deeper_network_and_more_events_are_more_work() -> None:
    deeper = NETWORK | {"dilations": [1, 2, 4]}
    assert size(replace(TAKE, params={**TAKE.params, "network": deeper})) > size(TAKE)
    assert size(replace(STEM, params={**STEM.params, "events": [{}]})) > size(STEM)


INSIDE = 81920 - 2 * 1024
"""What is heard of a window of 81920 samples."""


def test_the_stages_of_a_take_are_the_work_of_its_first_window() -> None:
    network = {"family": "dance-diffusion", "window": 81920}
    drawn = {"network": network, "sampling": {"steps": 50}}
    take = Action("t", Kind.TAKE, {"samples": INSIDE, **drawn})
    assert size(Action("s", Kind.STAGES, drawn)) == size(take)


def test_the_cost_of_a_take_depends_on_its_sound() -> None:
    network = {"family": "dance-diffusion", "window": 81920}
    plain = Action("t", Kind.TAKE, {"samples": INSIDE, "network": network, "sampling": {}})
    primed = replace(plain, inputs={"prime": "p"})
    mended = replace(plain, params={**plain.params, "derivation": {"way": "inpaint"}})
    assert size(primed) == 8 * size(plain)
    assert size(mended) == 4 * size(plain)


@pytest.mark.parametrize("kernel", ["baseline", "reference"])
def test_takes_and_stages_are_more_work_for_a_slow_kernel(
    kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kernel not in compiled.available():
        pytest.skip("the kernels are not compiled here")
    network = {"family": "dance-diffusion", "window": 81920}
    stages = Action("s", Kind.STAGES, {"network": network, "sampling": {}})
    monkeypatch.setenv(compiled.VARIABLE, compiled.available()[0])
    before = [size(action) for action in (TAKE, stages, STEM, TRAIN)]
    monkeypatch.setenv(compiled.VARIABLE, kernel)
    after = [size(action) for action in (TAKE, stages, STEM, TRAIN)]
    slower = compiled.product_time(compiled.choose()) / compiled.product_time(
        compiled.available()[0]
    )
    assert after == pytest.approx([before[0] * slower, before[1] * slower, *before[2:]])


@pytest.mark.parametrize("name", ["steps", "batch", "window"])
def test_a_training_depends_on_all_of_its_recordings(name: str) -> None:
    twice = TRAINING | {name: 2 * TRAINING[name]}
    assert size(replace(TRAIN, params={**TRAIN.params, "training": twice})) == 2 * size(TRAIN)
    larger = NETWORK | {"skip_channels": 64}
    assert size(replace(TRAIN, params={**TRAIN.params, "network": larger})) > size(TRAIN)


def test_a_training_that_is_shipped_is_no_work() -> None:
    assert size(replace(TRAIN, options={"is_shipped": True})) == 0


@pytest.mark.parametrize(
    "kind",
    [kind for kind in Kind if kind not in (Kind.TAKE, Kind.STAGES, Kind.STEM, Kind.TRAIN)],
)
def test_everything_else_is_one(kind: Kind) -> None:
    assert size(Action("x", kind, {})) == 1
