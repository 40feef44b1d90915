"""A seed says which trial it is, and a thousand seeds have every class and every damage."""

from __future__ import annotations

from collections import Counter

from tests.proof.commands import How
from tests.proof.corruption import Corruption
from tests.proof.damage import ALL_DAMAGE, STRAYS, TARGETS, damaged
from tests.proof.trials import ROWS, trial

THOUSAND = [trial(seed) for seed in range(1, 1001)]


def test_a_seed_decides_its_trial() -> None:
    assert [trial(seed) for seed in range(1, 1001)] == THOUSAND


def test_every_class_has_its_share() -> None:
    counts = Counter(one.row.name for one in THOUSAND)
    assert counts.keys() == {row.name for row in ROWS}
    assert min(counts.values()) >= 20
    assert len({one.row.name for one in THOUSAND[: sum(row.share for row in ROWS)]}) == len(ROWS)


def test_the_turns_of_a_class_follow_each_other() -> None:
    for row in ROWS:
        turns = [one.turn for one in THOUSAND if one.row is row]
        assert turns == list(range(len(turns)))


def test_nearly_every_stored_file_is_damaged_in_every_way() -> None:
    turns = [one.turn for one in THOUSAND if one.row.run is damaged]
    assert len(turns) >= 0.95 * len(ALL_DAMAGE)
    some = ALL_DAMAGE[: len(turns)]
    assert {target for target, _ in some} == {*TARGETS, *STRAYS}
    assert {how for _, how in some} == set(Corruption)


def test_some_trials_are_of_ordinary_processes() -> None:
    counts = Counter(one.how for one in THOUSAND)
    assert counts[How.REAL] >= 30
    assert counts[How.SPAWNED] >= 60
