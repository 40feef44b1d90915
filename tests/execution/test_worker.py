"""A worker: one thread for libraries, deaf to Ctrl-C, gone when its pipe closes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Yard


def test_a_worker_limits_threads_and_ignores_interrupts(yard: Yard) -> None:
    yard.act("look", do="look around")
    built = yard.build("look", jobs=1)
    assert yard.content(built, "look") == "1 1 ignored"


def test_a_worker_serves_many_batches_and_ends_with_its_builder(yard: Yard) -> None:
    for index in range(4):
        yard.act(f"who{index}", do="who", note=index)
    built = yard.build(*(f"who{index}" for index in range(4)), jobs=1)
    (pid,) = {yard.content(built, f"who{index}").split()[0] for index in range(4)}
    assert int(pid) != os.getpid()
    assert not _is_alive(int(pid))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
