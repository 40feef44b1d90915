"""Hostile, damaged and odd files are read or refused in words: a bounded set of seeded trials.

Hypothesis chooses the changes of scores, so that it can shrink what it finds; the other targets
take seeds. `python -m tests.fuzz` runs as many as are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approx_build.training.ledger.ledger import read_ledger
from tests.fuzz.bench import etude, with_ledger
from tests.fuzz.campaign import run
from tests.fuzz.targets import READ, TARGETS, Bench, Outcome, ended
from tests.space import Space

SEEDS = range(1, 6)
TEXTS = ("movements", "pieces", "models", "consents", "rendered events")
OTHERS = sorted(TARGETS.keys() - {*TEXTS})


@pytest.fixture(scope="module")
def bench(rendered: Space, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("fuzz")
    built = with_ledger(rendered.copy(folder / "built"))
    return Bench.of(etude(folder / "etude"), built, folder)


@pytest.mark.parametrize("name", TEXTS)
def test_a_changed_text_is_checked_lowered_and_planned_or_refused(name: str, bench: Bench) -> None:
    @settings(max_examples=8, suppress_health_check=list(HealthCheck), database=None)
    @given(st.randoms(use_true_random=False))
    def is_read_or_refused(random: Random) -> None:
        found = ended(TARGETS[name], bench, random)
        assert found.is_good, f"{found.how}\n{found.said}"

    is_read_or_refused()


@pytest.mark.parametrize("name", OTHERS)
def test_a_changed_file_of_a_program_is_read_or_refused(name: str, bench: Bench) -> None:
    [tally] = run(bench, SEEDS, [name]).values()
    assert not tally.bugs, "\n".join(f"seed {seed}: {each}" for seed, each in tally.bugs)


def test_many_changed_scores_are_right_and_are_built(bench: Bench) -> None:
    found = run(bench, range(60), ["movements"])
    assert found["movements"].read_share > 0.15


def test_a_trial_that_raises_or_lasts_is_no_good_outcome(bench: Bench) -> None:
    def raises(bench: Bench, random: Random) -> Outcome:
        raise KeyError("x")

    trials: list[tuple[Callable[[Bench, Random], Outcome], bool]] = [
        (raises, False),
        (lambda *_: Outcome(READ), True),
        (lambda *_: Outcome("a refusal without a place"), False),
    ]
    for trial, is_good in trials:
        assert ended(trial, bench, Random(1)).is_good is is_good


# What the fuzzers found, each by name.


def test_an_entry_of_the_ledger_with_text_for_a_number_is_refused(
    bench: Bench, tmp_path: Path
) -> None:
    path = min((bench.built.root / "models" / "ledger").glob("*.json"))
    entry = json.loads(path.read_text(encoding="utf-8"))
    entry["curve"][0]["held_out"] = "x"
    (tmp_path / path.name).write_text(json.dumps(entry), encoding="utf-8")
    read = read_ledger(tmp_path)
    assert not read.entries
    assert "not an entry of the ledger" in str(read)


@pytest.mark.parametrize("outputs", ["3", "[]", '"main"', '{"main": 3}', "[" * 900 + "]" * 900])
def test_a_record_of_other_values_is_a_miss(bench: Bench, outputs: str) -> None:
    from approx_build.store.records import seal
    from approx_build.store.store import Store

    key = "0" * 64
    path = bench.built.root / ".approx" / "records" / key[:2] / key[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(seal(f'{{"key": "{key}", "manifest": {{}}, "outputs": {outputs}}}'))
    assert Store(bench.built.root / ".approx").records.get(key) is None
    path.unlink()


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("pulse: {from: tones/low, start_s: 3600, length_s: 0.1}", "pulse: a grain of 0.06 s from"),
        ("hold: {from: tones/low, start_s: 2, length_s: 0.1}", "hold: the grain would start at 2"),
        ("scatter: {from: tones/low, length_s: 0.01}", "scatter: a grain of 0.08 s is longer than"),
        ("salad: {from: [{recording: tones/low, length_s: 0.01}]}", "salad: clip 1 lasts 0.0100 s"),
        ("stretch: {from: tones/low, length_s: 0.001}", "a factor of 0.00125"),
        (
            "play: {from: {recording: tones/low, length_s: 0.01}}, through: [{salad: {}}]",
            "through: salad: clip 1 lasts 0.0100 s",
        ),
    ],
)
def test_an_operation_that_its_clip_cannot_do_is_a_fault_of_the_score(
    project: Space, event: str, words: str
) -> None:
    project.write(
        "pieces/tide/2-sand.yaml",
        f"score: 1\nmovement: sand\nlength: 20\nparts: {{p: {{events: [{{at: 0, {event}}}]}}}}\n",
    )
    said = project.check()
    assert words in said
    assert said.startswith("pieces/tide/2-sand.yaml:4:")
