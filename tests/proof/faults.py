"""Faults of a moment: kills, power cuts, failing calls, and clocks that jump."""

from __future__ import annotations

import errno
import os
import random
import signal
from contextlib import suppress
from itertools import product

from tests.proof.bench import RENDER
from tests.proof.commands import How
from tests.proof.context import HOUR_S, Context
from tests.proof.projects import PIECE
from tests.proof.shim import ALL, CHANGES, NEVER, Call, Fault, Scope, What

SIGNALS = (9, 9, 9, int(signal.SIGTERM), int(signal.SIGINT), int(signal.SIGHUP))
DAY_S = 86400.0
JUMPS_S = (HOUR_S, -HOUR_S, DAY_S, -DAY_S, 400 * DAY_S, -400 * DAY_S, 5000 * DAY_S, -20000 * DAY_S)
BEFORE_CONSENT_S = -1000 * DAY_S
"""With a clock that is slower than this, the corpus' consent has not been given yet."""


def kill(context: Context, chance: random.Random, turn: int) -> None:
    """Killed or terminated, at a counted call or after a while, up to four times in a row."""
    context.begin(is_warm=bool(turn % 2))
    for again in range(chance.choice((1, 1, 1, 2, 4))):
        number = chance.choice(SIGNALS)
        scopes = (Scope.GROUP,) if context.how is How.ALONE else tuple(Scope)
        if chance.random() < 0.1:
            _killed_after_a_while(context, chance, number)
            continue
        kinds = ALL if chance.random() < 0.2 else CHANGES
        first = chance.randint(1, 40) if again else context.moment(chance, kinds)
        context.run(
            *RENDER,
            fault=Fault(
                What.KILL,
                kinds,
                first,
                signal=number,
                scope=chance.choice(scopes),
                is_before=chance.random() < 0.5,
            ),
        )
    context.heal()


def _killed_after_a_while(context: Context, chance: random.Random, number: int) -> None:
    running = context.start(*RENDER)
    if not running.is_over(chance.uniform(0, 1.5)):
        running.kill(number)
    context.ended(running)


def verify(context: Context, chance: random.Random, turn: int) -> None:
    """`verify` is terminated or killed: its children end and its temporary store goes."""
    context.begin(is_warm=True)
    context.run(*RENDER)
    running = context.start("verify", PIECE)
    after_s = chance.uniform(0.3, 6)
    if not running.is_over(after_s):
        number = chance.choice((9, *SIGNALS))
        context.result.detail += f", signal {number} after {after_s:.1f} s"
        with suppress(ProcessLookupError):
            os.kill(running.pid, number)
    context.ended(running)
    context.heal()


def power_cut(context: Context, chance: random.Random, turn: int) -> None:
    """Everything ends at once, and what was not synced is lost or torn."""
    context.begin(is_warm=turn % 3 == 2)
    # A cut some time after a finished render is one too.
    is_after_the_end = turn % 7 == 6
    for again in range(chance.choice((1, 1, 2))):
        first = chance.randint(1, 60) if again else context.moment(chance)
        first = NEVER if is_after_the_end else first
        context.run(*RENDER, fault=Fault(What.KILL, CHANGES, first), logs=True)
        context.cut(chance)
    context.heal()


FAILING = (
    *product((Call.WRITE,), ("ENOSPC", "EIO", "EDQUOT", "EINTR")),
    *product((Call.CREATE,), ("EMFILE", "ENFILE", "EACCES", "EIO", "ENOSPC")),
    *product((Call.OPEN,), ("EMFILE", "EIO", "EACCES")),
    *product((Call.READ,), ("EIO", "EINTR")),
    *product((Call.SYNC,), ("EIO", "ENOSPC", "EDQUOT")),
    *product((Call.LINK,), ("EIO", "ENOSPC", "EMLINK", "EPERM")),
    *product((Call.RENAME,), ("EIO", "ENOSPC", "EACCES")),
    *product((Call.UNLINK,), ("EIO", "EACCES")),
    *product((Call.MKDIR,), ("EIO", "ENOSPC", "EACCES")),
    *product((Call.LOCK,), ("EIO", "EINTR")),
)
LACKING = (
    *product((Call.LINK,), ("ENOSYS", "EOPNOTSUPP", "EPERM", "EXDEV")),
    *product((Call.LOCK,), ("ENOLCK", "ENOSYS", "EOPNOTSUPP")),
)
"""What a filesystem may lack for ever; everything must go well without it."""


def failing_call(context: Context, chance: random.Random, turn: int) -> None:
    """A call of the system fails, once or for a while, or has never worked."""
    context.begin(is_warm=turn % 3 == 1)
    if turn % 5 == 4:
        kind, name = LACKING[turn // 5 % len(LACKING)]
        lacking = Fault(always=kind, always_error=getattr(errno, name))
        context.result.detail += f", no {kind.name} ({name})"
        if context.run(*RENDER, fault=lacking).code:
            context.problem("unhealed", f"no render without {kind.name} ({name})")
    elif turn % 5 == 3:
        fault = Fault(What.SHORT, Call.WRITE, context.moment(chance, Call.WRITE), often=NEVER)
        context.result.detail += ", short writes"
        if context.run(*RENDER, fault=fault).code:
            context.problem("unhealed", "no render when a write takes only half")
    else:
        kind, name = FAILING[(turn // 5 * 3 + turn % 5) % len(FAILING)]
        often = chance.choice((1, 1, 3, NEVER))
        if name == "EINTR":
            often = 1  # a call that is interrupted for ever never ends
        context.result.detail += f", {kind.name} {name} × {often if often < NEVER else 'ever'}"
        first = context.moment(chance, kind)
        context.run(*RENDER, fault=Fault(What.FAIL, kind, first, often, getattr(errno, name)))
        if name == "EIO":
            context.allow("quarantine(/.*)?")  # an unreadable object is put aside
    context.heal()


def clock(context: Context, chance: random.Random, turn: int) -> None:
    """The clock jumps during a render, or was wrong and is put right, and a file is edited."""
    jump_s = JUMPS_S[turn % len(JUMPS_S)]
    is_refused = jump_s < BEFORE_CONSENT_S
    context.result.detail += f", {jump_s / DAY_S:+.3g} days"
    is_wrong_from_the_start = turn // 2 % 2 and not is_refused
    if is_wrong_from_the_start:
        context.control.pass_time(jump_s)
    context.begin(is_warm=bool(turn % 2))
    fault = Fault(What.JUMP, ALL, context.moment(chance, ALL), jump_s=HOUR_S + jump_s)
    outcome = context.run(*RENDER, fault=fault)
    if outcome.code and not is_refused:
        context.problem("unhealed", f"a clock that jumps ended a render with {outcome.code}")
    if turn % 3 == 0 or is_refused:
        context.control.pass_time(-jump_s)
    if turn % 4:
        old, new = "rate_hz: 8, length_s: 0.3", "rate_hz: 9, length_s: 0.3"
        context.edit("pieces/tide/2-sand.yaml", old, new)
    context.heal()
