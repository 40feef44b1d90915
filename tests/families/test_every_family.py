"""What every family promises: the tests that a family added anywhere is held to.

They run over the registry, families of other packages included, on the examples that each
family offers; nothing here names one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.base import FAMILIES, Arrays, Family
from approx_build.families.take_request import TakeRequest
from approx_build.kernels import compiled
from approx_build.training.checkpoint import read_checkpoint, write_checkpoint
from approx_build.training.progress import Progress
from approx_build.ways.prime import Priming
from tests.families.examples import (
    STEPS,
    Trained,
    example_model,
    example_network,
    example_takes,
    large_takes,
    plain_weights,
    train_example,
)

Kind = type[Family]

LEAST_FALL = 0.01
"""Share of the held-out loss on a sine by which 20 steps lower it, at least."""
SLACK = 10 << 20
"""Bytes of memory that the process itself grows by: `drawing_bytes` does not count them."""
MEMORY_OVER = 1.1
"""`drawing_bytes` is at most so many times what drawing takes."""
COST_WITHIN = 2.0
"""The ratio of two takes' costs is that of their times, within this factor either way."""
LENGTHS = (1, 7, 250, 90, 400)


@pytest.fixture(params=list(FAMILIES), ids=FAMILIES.names())
def family(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Kind], Trained]:
    """A finished training of each family's example, made when a test first asks for it."""

    @cache
    def run_of(family: Kind) -> Trained:
        return train_example(family, tmp_path_factory.mktemp("example"))

    return run_of


@pytest.fixture
def run(family: Kind, runs: Callable[[Kind], Trained]) -> Trained:
    return runs(family)


def drawn(network: Family, weights: Arrays, takes: list[TakeRequest[Any]]) -> list[bytes]:
    return [clip.data.tobytes() for clip in network.draw(weights, takes)]


# What a family declares


def test_parameters_have_defaults_bounds_in_words_and_an_example_that_fits(family: Kind) -> None:
    name = family.model_fields["family"].default
    assert FAMILIES.get(name) is family
    assert family().parameter_count > 0
    assert example_network(family).receptive_field > 0
    for model in (family, family.sampling_model, family.objective_model):
        for field, info in model.model_fields.items():
            assert info.description or field == "family", f"{model.__name__}.{field}"
            assert not info.is_required(), f"{model.__name__}.{field}"
    assert family.loss_unit
    assert family.large_by
    assert family.version >= 1 <= family.training_version


def test_parameters_survive_json_and_compare_by_value(family: Kind) -> None:
    network = example_network(family)
    again = family.model_validate_json(network.model_dump_json())
    assert again == network
    assert hash(again) == hash(network)
    assert again.tensor_shapes() == network.tensor_shapes()


def test_controls_that_are_not_given_have_their_defaults(family: Kind) -> None:
    assert example_network(family).sampling({}) == family.sampling_model()


# Training


def test_initial_and_trained_weights_have_the_declared_shapes(run: Trained) -> None:
    shapes = run.model.network.tensor_shapes()
    for index in (0, -1):
        weights = run.weights(index)
        assert {name: array.shape for name, array in weights.items()} == shapes
        assert all(array.dtype == np.float32 for array in weights.values())
        assert all(np.isfinite(array).all() for array in weights.values())
    first, last = run.weights(0), run.weights()
    assert any((array != last[name]).any() for name, array in first.items())


def test_every_tensor_belongs_to_one_player_and_players_take_turns_in_phases(family: Kind) -> None:
    model = example_model(family)
    network, shapes = model.network, model.network.training_shapes()
    assert network.tensor_shapes().items() <= shapes.items()
    if not family.players:
        assert shapes == network.tensor_shapes()
        return
    owned = [name for player in family.players for name in player.of(shapes)]
    assert all(player.of(shapes) for player in family.players)
    assert len(owned) == len(set(owned)), "no tensor has two players"
    assert all(player.about for player in family.players)
    names = {player.name for player in family.players}
    phases = network.phases(model.objective, 1000)
    assert phases[0].from_step == 0
    assert [one.from_step for one in phases] == sorted({one.from_step for one in phases})
    for phase in phases:
        assert phase.order
        assert set(phase.order) <= names
        assert phase.moving(shapes)


def test_twenty_steps_lower_the_loss_on_a_sine(run: Trained) -> None:
    curve = run.record.curve
    assert (curve[0].step, curve[-1].step) == (0, STEPS)
    assert curve[-1].held_out < curve[0].held_out - LEAST_FALL * abs(curve[0].held_out)


def test_a_training_repeats_its_bits_with_other_threads(
    family: Kind, run: Trained, tmp_path: Path
) -> None:
    assert train_example(family, tmp_path, threads=2, loaders=2).digests == run.digests


def test_a_training_resumes_exactly(family: Kind, run: Trained, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(seen: Progress) -> None:
        if seen.step == STEPS // 2 + 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        train_example(family, tmp_path, progress=stop)
    seen: list[int] = []
    again = train_example(family, tmp_path, progress=lambda p: seen.append(p.step))
    assert seen[0] == STEPS // 2 + 1, "it went on from the state that it had kept"
    assert again.digests == run.digests


def test_a_checkpoint_returns_its_weights_and_refuses_another_network(
    run: Trained, tmp_path: Path
) -> None:
    network, weights, path = run.model.network, run.weights(), tmp_path / "weights.safetensors"
    write_checkpoint(path, weights, {"step": STEPS})
    read = read_checkpoint(path, network.tensor_shapes())
    assert all((read[name] == array).all() for name, array in weights.items())
    name, shape = next(iter(network.tensor_shapes().items()))
    with pytest.raises(ModelError, match=str(path)):
        read_checkpoint(path, {**network.tensor_shapes(), name: (*shape, 2)})


def test_the_environment_that_affects_a_training_is_described(family: Kind) -> None:
    told = example_network(family).training_environment("cpu")
    assert told["training_kernel"]
    assert all(isinstance(text, str) for text in told.values())


def test_longer_windows_need_no_less_memory(family: Kind) -> None:
    network = example_network(family)
    for device in ("cpu", "cuda"):
        for is_plain in (True, False):
            sizes = [network.activation_bytes(2**n, device, is_plain) for n in (9, 10, 14)]
            assert 0 < sizes[0] <= sizes[1] <= sizes[2]
            assert network.evaluation_bytes(512, device, is_plain) >= 0


# Drawing


def test_a_take_has_its_length_rate_and_channels(family: Kind, run: Trained) -> None:
    network, takes = run.model.network, example_takes(family, *LENGTHS)
    clips = network.draw(run.weights(), takes)
    for take, clip in zip(takes, clips, strict=True):
        assert (clip.length, clip.rate) == (take.length, network.rate)
        assert clip.channels == network.channels
        assert clip.data.dtype == np.float32
        assert np.abs(clip.data).max() <= 1


def test_equal_streams_give_equal_samples_and_others_give_others(
    family: Kind, run: Trained
) -> None:
    network, weights = run.model.network, run.weights()
    takes = example_takes(family, 400, 400)
    first, other = drawn(network, weights, takes)
    assert drawn(network, weights, takes) == [first, other]
    assert first != other


def test_other_weights_give_other_samples(family: Kind, run: Trained) -> None:
    takes = example_takes(family, 400)
    assert drawn(run.model.network, run.weights(0), takes) != drawn(
        run.model.network, run.weights(), takes
    )


def test_a_take_does_not_depend_on_the_other_takes_of_a_batch(family: Kind, run: Trained) -> None:
    network, weights = run.model.network, run.weights()
    takes = example_takes(family, *LENGTHS)
    together = drawn(network, weights, takes)
    assert [drawn(network, weights, [take])[0] for take in takes] == together
    assert drawn(network, weights, takes[::-1]) == together[::-1]


def test_a_longer_take_begins_with_the_shorter_one(family: Kind, run: Trained) -> None:
    short, long = (
        run.model.network.draw(run.weights(), example_takes(family, length))[0].data
        for length in (100, 300)
    )
    np.testing.assert_array_equal(long[:, :100], short)


def test_concurrent_threads_do_not_change_samples(family: Kind, run: Trained) -> None:
    network, weights = run.model.network, run.weights()
    takes = example_takes(family, 300, 200)
    alone = drawn(network, weights, takes)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: drawn(network, weights, takes), range(4)))
    assert found == [alone] * 4


def test_every_kernel_generates_the_samples_of_the_reference(
    family: Kind, run: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same where a family has no kernels of its own."""
    takes, found = example_takes(family, 60, 40), {}
    for kernel in compiled.available():
        monkeypatch.setenv(compiled.VARIABLE, kernel)
        found[kernel] = drawn(run.model.network, run.weights(), takes)
    for kernel, clips in found.items():
        assert clips == found[compiled.Kernel.REFERENCE], kernel


def test_generation_changes_neither_weights_nor_global_random_state(
    family: Kind, run: Trained
) -> None:
    network, weights = run.model.network, run.weights()
    before, state = {n: a.copy() for n, a in weights.items()}, np.random.get_state()[1].copy()
    drawn(network, weights, example_takes(family, 50))
    assert all((before[name] == array).all() for name, array in weights.items())
    assert (np.random.get_state()[1] == state).all()


def test_progress_rises_to_the_total(family: Kind, run: Trained) -> None:
    told: list[tuple[int, int]] = []
    takes = example_takes(family, 100, 50)
    run.model.network.draw(run.weights(), takes, progress=lambda *pair: told.append(pair))
    assert told == sorted(told)
    done, total = told[-1]
    assert done == total > 0


def test_stages_lead_from_noise_to_the_sound_of_a_take(family: Kind, run: Trained) -> None:
    network, take = run.model.network, example_takes(family, 50)[0]
    stages = network.stages(run.weights(), take.stream, take.sampling, 3)
    assert bool(stages) == family.has_stages
    if stages:
        assert [stage.step for stage in stages] == sorted(stage.step for stage in stages)
        levels = [stage.noise_level for stage in stages]
        assert levels == sorted(levels, reverse=True)
        assert levels[-1] == stages[-1].noise_share == 0


def test_a_prime_affects_the_take_but_is_not_part_of_it(family: Kind, run: Trained) -> None:
    network, take = run.model.network, example_takes(family, 120)[0]
    sound = np.sin(np.arange(200, dtype=np.float32)) / 2
    prime = Priming(Clip(np.stack([sound] * network.channels), network.rate))
    if "prime" not in family.ways:
        pytest.skip("the family does not support primes")
    [primed] = network.draw(run.weights(), [replace(take, conditioning=prime)])
    assert primed.length == take.length
    assert primed.data.tobytes() != drawn(network, run.weights(), [take])[0]


WITHOUT_TORCH = """
import sys
from approx_build.families.base import FAMILIES
from tests.families.examples import example_network, example_takes, plain_weights
for family in FAMILIES:
    network = example_network(family)
    [clip] = network.draw(plain_weights(network), example_takes(family, 30))
    assert clip.length == 30
print("torch" in sys.modules)
"""


def test_no_family_needs_torch_to_generate() -> None:
    assert _python(WITHOUT_TORCH) == "False"


# What a family foretells

MEASURED = """
import sys
import numpy as np
from approx_build.families.base import FAMILIES
from approx_build.families.take_request import TakeRequest
from approx_build.machine import peak_bytes, reset_peak, resident_bytes
from tests.families.examples import example_network, example_takes, large_takes, plain_weights
family = FAMILIES.get(sys.argv[1])
tiny = example_network(family)
tiny.draw(plain_weights(tiny), example_takes(family, 20))  # what a first call takes once
network, takes = large_takes(family, int(sys.argv[2]))
reset_peak()
before = resident_bytes()
shapes = network.tensor_shapes().items()
weights = {name: np.full(shape, 0.001, np.float32) for name, shape in shapes}
network.draw(weights, takes)
print(peak_bytes() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured as Linux tells it")
@pytest.mark.skipif(compiled.available()[0] is compiled.Kernel.REFERENCE, reason="of the kernels")
@pytest.mark.parametrize("count", [1, 4])
def test_generation_needs_the_estimated_memory(family: Kind, count: int) -> None:
    network, takes = large_takes(family, count)
    estimated = sum(network.drawing_bytes(takes).values())
    taken = int(_python(MEASURED, family.model_fields["family"].default, str(count)))
    assert taken - SLACK <= estimated <= MEMORY_OVER * taken
    assert estimated > 2 * SLACK, "the example is too small to be measured"


def test_estimates_grow_with_the_number_and_length_of_takes(family: Kind) -> None:
    network = example_network(family)
    [short], [long], pair = (example_takes(family, *sizes) for sizes in ((40,), (400,), (40, 40)))
    needs = [sum(network.drawing_bytes(takes).values()) for takes in ([short], [long], pair)]
    assert needs[0] <= needs[1]
    assert needs[0] <= needs[2]
    costs = [network.cost(take.length, take.sampling) for take in (short, long)]
    assert 0 < costs[0] <= costs[1]


@pytest.mark.skipif(compiled.available()[0] is compiled.Kernel.REFERENCE, reason="of the kernels")
def test_costs_are_proportional_to_the_time_of_generation(family: Kind) -> None:
    (network, short), (_, long) = large_takes(family, 1, part=0.25), large_takes(family, 1)
    weights = plain_weights(network)

    def seconds(takes: list[TakeRequest[Any]]) -> float:
        began = time.process_time()
        network.draw(weights, takes)
        return time.process_time() - began

    seconds(short)  # what a first call takes once
    # In turns, so that both meet the same load of the machine.
    times = [(seconds(short), seconds(long)) for _ in range(3)]
    measured = min(time[1] for time in times) / min(time[0] for time in times)
    estimated = [network.cost(takes[0].length, takes[0].sampling) for takes in (short, long)]
    assert 1 / COST_WITHIN < measured / (estimated[1] / estimated[0]) < COST_WITHIN


# What a family refuses, in words


def test_unknown_parameters_are_refused(family: Kind) -> None:
    for model in (family, family.sampling_model, family.objective_model):
        with pytest.raises(ValidationError, match="no_such_parameter"):
            model.model_validate({"no_such_parameter": 1})


def _broken(weights: Arrays) -> dict[str, Arrays]:
    name = max(weights, key=lambda name: weights[name].size)
    array = weights[name].copy()
    array.flat[-1] = np.nan
    return {
        f"{name}: tensor missing": {n: a for n, a in weights.items() if n != name},
        f"{name}: expected shape": {**weights, name: weights[name].reshape(-1)[:-1]},
        f"{name}: not a finite number": {**weights, name: array},
        "surplus: the network has no such tensor": {**weights, "surplus": array},
    }


def test_weights_of_another_network_are_refused_by_name(family: Kind) -> None:
    network = example_network(family)
    for words, weights in _broken(plain_weights(network)).items():
        with pytest.raises(ModelError) as refused:
            network.draw(weights, example_takes(family, 10))
        assert words in refused.value.message


def test_impossible_takes_are_refused_with_the_reason(family: Kind) -> None:
    network, [take] = example_network(family), example_takes(family, 10)
    silence = np.zeros((network.channels, 50), np.float32)
    for words, changes in {
        "length: 0 samples; must be at least 1": {"length": 0},
        f"prime: {network.rate + 1} Hz; the network needs": {"rate": network.rate + 1},
        f"prime: {network.channels + 1} channels": {"data": np.vstack([silence, silence[:1]])},
        "prime: some samples are not finite numbers": {"data": silence + np.float32(np.nan)},
    }.items():
        prime = None
        if "length" not in changes:
            sound = Clip(changes.get("data", silence), changes.get("rate", network.rate))
            prime = Priming(sound)
        asked = replace(take, conditioning=prime, length=changes.get("length", take.length))
        with pytest.raises(ModelError) as refused:
            network.draw(plain_weights(network), [asked])
        assert words in refused.value.message


def test_an_unknown_device_is_refused(family: Kind) -> None:
    network = example_network(family)
    with pytest.raises(ModelError, match="device 'abacus': unknown"):
        network.draw(plain_weights(network), example_takes(family, 10), device="abacus")


def _python(code: str, *words: str) -> str:
    """What a fresh process prints."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
