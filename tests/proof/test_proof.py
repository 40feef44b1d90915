"""The proof in its bounded form, and that it notices mistakes: bugs are planted, and found."""

from __future__ import annotations

import pytest

from approx_build.project.settings import cores
from tests.proof import plants
from tests.proof.bench import Bench
from tests.proof.campaign import BOUNDED, Campaign
from tests.proof.commands import How
from tests.proof.context import Result
from tests.proof.corruption import Corruption
from tests.proof.damage import ALL_DAMAGE
from tests.proof.table import is_good, summary
from tests.proof.trials import trial

NOTICED = {
    "no sync": ("power cut", "hollow"),
    "record first": ("killed or terminated", "hollow"),
    "stale state": ("edited during a build", "wrong"),
    "torn delivery": ("killed or terminated", "wrong"),
    "believing": ("stored file damaged", "wrong"),
    "litter": ("killed or terminated", "left"),
    "forgetful": ("clock jumps", "reuse"),
    "seeded by time": ("disk read-only", "wrong"),
    "speechless": ("disk full", "tracebacks"),
    "endless": ("disk read-only", "hangs"),
}
"""For each planted bug the class of trials that stumble over it, and the column that shows it."""
ROUNDS = 12
"""Trials that a bug may get through unseen."""


@pytest.mark.slow
def test_faults_of_every_class_leave_nothing_wrong_and_are_healed(bench: Bench) -> None:
    with Campaign(bench.work, cores()) as campaign:
        results = campaign.run([(seed, "") for seed in range(1, BOUNDED + 1)])
    assert is_good(results), summary(results)


@pytest.mark.slow
def test_planted_bugs_are_noticed(bench: Bench) -> None:
    assert NOTICED.keys() == plants.PLANTS.keys()
    unseen = {bug: seeds_of(row) for bug, (row, _) in NOTICED.items()}
    with Campaign(bench.work, cores()) as campaign:
        for number in range(ROUNDS):
            asked = [(seeds[number], bug) for bug, seeds in unseen.items()]
            for result in campaign.run(asked):
                if NOTICED[result.planted][1] in columns(result):
                    del unseen[result.planted]
    assert not unseen


def seeds_of(row: str) -> list[int]:
    """Seeds of a class that are cheap, and that can show what is wrong."""
    return [
        seed
        for seed in range(1, 4000)
        if (one := trial(seed)).row.name == row
        and one.how is How.ALONE
        and (row != "stored file damaged" or is_flipped_object(one.turn))
    ]


def is_flipped_object(turn: int) -> bool:
    target, how = ALL_DAMAGE[turn % len(ALL_DAMAGE)]
    return how is Corruption.FLIPPED and target.startswith("object")


def columns(result: Result) -> set[str]:
    """What a trial found."""
    return {found.column for found in result.problems} | ({"reuse"} if result.rerun else set())
