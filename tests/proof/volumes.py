"""Full and read-only disks: mounted for the trial where that is allowed, and by the shim."""

from __future__ import annotations

import ctypes
import errno
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.proof import stored
from tests.proof.bench import RENDER
from tests.proof.context import Context
from tests.proof.shim import NEVER, Call, Fault, What

NEW_MOUNTS = 0x00020000
"""CLONE_NEWNS of unshare(2)."""
MOST_BYTES, MOST_KIB = 2_000_000, 2400
"""About what a build of a trial's project takes."""


def isolate() -> bool:
    """Give this process and its children mounts of their own; whether they may mount."""
    mount = shutil.which("mount")
    if os.geteuid() or not mount or ctypes.CDLL(None, use_errno=True).unshare(NEW_MOUNTS):
        return False
    return not subprocess.run([mount, "--make-rprivate", "/"], capture_output=True).returncode


def full(context: Context, chance: random.Random, turn: int) -> None:
    """The disk fills up at some byte; later there is room again."""
    if turn % 2 and context.bench.may_mount:
        _really_full(context, chance, turn)
        return
    context.begin(is_warm=turn % 4 == 2)
    error = chance.choice((errno.ENOSPC, errno.ENOSPC, errno.EDQUOT))
    fault = Fault(What.NOTHING, error=error, budget=chance.randrange(MOST_BYTES))
    context.result.detail += f", full after {fault.budget} bytes"
    _says_that_it_is_full(context, fault)
    context.heal()


def _really_full(context: Context, chance: random.Random, turn: int) -> None:
    top = (stored.STORE, stored.RENDERS)[turn // 2 % 2]
    size = chance.randint(40, MOST_KIB if top == stored.STORE else 900)
    context.result.detail += f", {top} on a disk of {size} KiB"
    context.begin()
    with _mounted(context.root / top, "-t", "tmpfs", "-o", f"size={size}k", "tmpfs"):
        _says_that_it_is_full(context, None)
        _mount("-o", "remount,size=64m", str(context.root / top))
        context.heal()


def _says_that_it_is_full(context: Context, fault: Fault | None) -> None:
    outcome = context.run(*RENDER, fault=fault)
    if outcome.code and "disk is full" not in outcome.err:
        context.problem("tracebacks", "a full disk was not called so")


def read_only(context: Context, chance: random.Random, turn: int) -> None:
    """A folder cannot be written: the store, the renders, the scores, the models, everything."""
    top = (stored.STORE, stored.RENDERS, "pieces", "models", ".")[turn % 5]
    context.begin(is_warm=turn % 3 != 1)
    (context.root / top).mkdir(exist_ok=True)
    context.result.detail += f", {top}"
    if turn % 4 != 3 and context.bench.may_mount:
        with _mounted(context.root / top, "--bind", str(context.root / top)):
            _mount("-o", "remount,bind,ro", str(context.root / top))
            context.run(*RENDER)
    else:
        context.result.detail += " and all else"
        changes = Call.CREATE | Call.LINK | Call.RENAME | Call.UNLINK | Call.MKDIR
        first = context.moment(chance, changes)
        context.run(*RENDER, fault=Fault(What.FAIL, changes, first, NEVER, errno.EROFS))
    context.heal()


@contextmanager
def _mounted(folder: Path, *how: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    _mount(*how, str(folder))
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)
