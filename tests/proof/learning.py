"""Training states: a training that is killed, cut off, starved or damaged ends in the same bits."""

from __future__ import annotations

import errno
import random
from itertools import product

from tests.proof import stored
from tests.proof.bench import RENDER
from tests.proof.context import HOUR_S, Context
from tests.proof.corruption import Corruption
from tests.proof.damage import places
from tests.proof.shim import CHANGES, NEVER, Call, Fault, What

TRAIN = ("train", "tiny", "--jobs", "1")
CORRUPTED = tuple(
    product(
        ("training resume", "training step-", "training resume-before", "ledger entry"),
        tuple(how for how in Corruption if how is not Corruption.ROTTEN),
    )
)
"""Damage to an unfinished training; damage.py has that to a finished one."""


def training(context: Context, chance: random.Random, turn: int) -> None:
    """One of the ways in which a training is disturbed."""
    # Kept after every step, so that there is more to be disturbed than every third minute.
    context.place.patches = {"approx_build.training.run.SAVE_EVERY_S": 0.0}
    context.begin()
    (_killed, _damaged, _cut, _damaged, _starved, _two, _damaged)[turn % 7](
        context, chance, turn // 7
    )


def _heal(context: Context, is_resumed: bool) -> None:
    """Heal by a render; a state that is whole is gone on from."""
    step = stored.resumable_step(context.store) if is_resumed else 0
    had_ended = bool(list((context.store / "training").glob("*/record.json")))
    context.heal()
    if step and not had_ended:
        begun = stored.last_sitting(context.root)
        context.result.kept += min(step, begun)
        context.result.rerun += max(0, step - begun)
        context.note(f"the state was of step {step}; the training went on from step {begun}")


def _killed(context: Context, chance: random.Random, turn: int) -> None:
    context.result.detail += ", killed"
    for again in range(chance.randint(1, 4)):
        first = chance.randint(1, 40) if again else context.moment(chance, CHANGES, *TRAIN)
        number = chance.choice((9, 9, 15, 2))
        fault = Fault(What.KILL, CHANGES, first, signal=number, is_before=chance.random() < 0.5)
        context.run(*TRAIN, fault=fault)
    _heal(context, is_resumed=True)


def _cut(context: Context, chance: random.Random, turn: int) -> None:
    context.result.detail += ", power cut"
    first = context.moment(chance, CHANGES, *TRAIN)
    context.run(*TRAIN, fault=Fault(What.KILL, CHANGES, first), logs=True)
    context.cut(chance)
    _heal(context, is_resumed=False)


def _damaged(context: Context, chance: random.Random, turn: int) -> None:
    number = turn * 3 + chance.randrange(3)
    target, how = CORRUPTED[number % len(CORRUPTED)]
    renames = context.totals(*TRAIN)[Call.RENAME]
    first = chance.randint(renames // 2, renames - 4)
    context.run(*TRAIN, fault=Fault(What.KILL, Call.RENAME, first))
    there = places(context.root)
    if not there.get(target):
        target = "training step-"
    path = chance.choice(there[target])
    context.corrupt(target, path, how, chance)
    context.control.pass_time(HOUR_S)
    context.heal_damage(target, path)


def _starved(context: Context, chance: random.Random, turn: int) -> None:
    error = chance.choice((errno.ENOSPC, errno.EIO, errno.EACCES))
    kind = chance.choice((Call.WRITE, Call.CREATE, Call.RENAME, Call.SYNC, Call.UNLINK))
    context.result.detail += f", {kind.name} {errno.errorcode[error]}"
    often = chance.choice((1, 3, NEVER))
    first = context.moment(chance, kind, *TRAIN)
    context.run(*TRAIN, fault=Fault(What.FAIL, kind, first, often, error))
    _heal(context, is_resumed=False)


def _two(context: Context, chance: random.Random, turn: int) -> None:
    context.result.detail += ", two at once"
    running = [context.start(*words) for words in (TRAIN, RENDER)]
    for each in running:
        if context.ended(each).code:
            context.problem("unhealed", "one of two that train the same failed")
    _heal(context, is_resumed=False)
