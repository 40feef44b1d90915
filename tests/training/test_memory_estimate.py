from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from approx_build.errors import ModelError
from approx_build.machine import Available
from approx_build.training.memory_estimate import MemoryEstimate, advice_after_kill, estimate_of
from approx_build.training.optimizers import Adam, Muon, RmsProp, Sgd
from approx_build.training.parameters import TrainingParameters
from tests.training.models import tiny_network

NETWORK = tiny_network()
MATRICES = NETWORK.network().matrices()
SETTINGS = TrainingParameters(steps=10, window=8192, batch=4)
NEED = MemoryEstimate(NETWORK, SETTINGS, MATRICES, threads=2, baseline=100)


@pytest.fixture(autouse=True)
def by_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradients are found by torch unless a test says otherwise."""
    monkeypatch.setenv("APPROX_KERNEL", "reference")


@pytest.mark.parametrize("optimizer", [Adam(), Sgd(), RmsProp(), Muon()])
def test_the_optimisers_state_is_counted_without_being_made(optimizer: Adam) -> None:
    weights = {name: torch.zeros(shape) for name, shape in NETWORK.tensor_shapes().items()}
    state = optimizer.start(weights, MATRICES)
    count = sum(tensor.numel() for tensor in state.values())
    assert optimizer.numbers(NETWORK.tensor_shapes(), MATRICES) == count


@given(st.integers(2, 1 << 16), st.integers(1, 64), st.integers(1, 16))
def test_more_never_needs_less(window: int, batch: int, threads: int) -> None:
    need = replace(NEED.with_settings(window=window, batch=batch), threads=threads)
    assert need.with_settings(window=window + 1).peak >= need.peak
    assert need.with_settings(batch=batch + 1).peak >= need.peak
    assert replace(need, threads=threads + 1).peak >= need.peak


def test_each_thread_has_a_window_and_its_gradients_in_flight() -> None:
    weights = 4 * NETWORK.parameter_count
    one, two = (replace(NEED, threads=n).items for n in (1, 2))
    assert two["activations"] == 2 * one["activations"]
    assert (one["gradients"], two["gradients"]) == (2 * weights, 3 * weights)
    assert NEED.with_settings(batch=1).items["gradients"] == weights


def test_a_large_network_on_short_windows_needs_most_while_it_is_kept() -> None:
    large = tiny_network(dilations=[1], residual_channels=512, dilation_channels=512)
    need = MemoryEstimate(large, SETTINGS.model_copy(update={"window": 2}), MATRICES, baseline=100)
    items = need.items
    held = items["weights"] + items["average"] + items["optimiser"]
    assert items["copies of the state"] == 2 * held
    assert need.peak == 3 * held + 100 == need.keeping


def test_a_device_takes_the_whole_batch_and_no_process() -> None:
    there = replace(NEED, device="cuda", threads=1)
    assert there.items["baseline"] == 0
    assert there.flight == 4
    assert there.items["gradients"] == 4 * NETWORK.parameter_count


def test_processes_share_a_batch_and_the_memory_of_a_machine() -> None:
    shared = replace(NEED, threads=1, processes=2)
    assert shared.flight == 1
    assert shared.peak == 2 * sum(shared.items.values())


def test_what_fits_is_not_refused() -> None:
    NEED.check("m", None)
    NEED.check("m", Available(NEED.peak, "a test"))


def test_a_refusal_shows_what_is_needed_what_is_there_and_what_fits() -> None:
    available = Available(int(0.6 * NEED.peak), "a test")
    with pytest.raises(ModelError) as refused:
        NEED.check("m", available)
    said = str(refused.value)
    assert "model 'm': its training needs " in said
    assert "MB are available (a test)" in said
    found = re.search(r"`window: (\d+)` fits", said)
    assert found
    window = int(found[1])
    assert (
        NEED.with_settings(window=window).peak
        <= available.size
        < NEED.with_settings(window=window + 256).peak
    )
    assert "it fits unchanged with `jobs=1`" in said


def test_a_refusal_names_the_largest_batch() -> None:
    one = replace(NEED, device="cuda")
    assert "`batch: 3` fits with this window" in one.fitting(Available(one.peak - 1, "a test"))


def test_where_nothing_fits_the_network_must_be_smaller() -> None:
    said = NEED.fitting(Available(10, "a test"))
    assert said == "no smaller window or batch fits: make the network smaller"


def test_what_ran_out_is_offered_less() -> None:
    assert NEED.smaller() == (
        "run again with `jobs=1` to continue, or train again with `window: 4096`"
    )
    assert "`batch: 2`" in replace(NEED, device="cuda").smaller()
    assert "jobs" not in replace(NEED, device="cuda").smaller()
    least = replace(NEED, threads=1).with_settings(window=3, batch=1)
    assert least.smaller() == "make the network smaller"


def test_a_manifest_shows_nearly_the_same_without_torch() -> None:
    manifest = {
        "network": NETWORK.model_dump(mode="json"),
        "training": SETTINGS.model_dump(mode="json"),
    }
    told = estimate_of(manifest, threads=2, baseline=100)
    assert told.peak == pytest.approx(NEED.peak, rel=0.05)
    assert advice_after_kill(manifest, threads=2, baseline=100).endswith(
        f"of memory; {NEED.smaller()}"
    )
