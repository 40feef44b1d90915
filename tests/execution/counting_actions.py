"""Fake actions that write down each run. What they do is in their params:

- `text`: the content is this text, whatever the inputs; else it is made of all inputs
- `do`: "fail", "bug", "die" (killed), "exit", "touch" (change an input file), "look around" and
  "who" (tell about the process), "be deaf" (to being told to end; makes the file `deaf_at`)
- `sleep_s`: take this long; `count`: units of work
- `keep_in`: run until told to end, speak on for a while, then write a file of this path
- `wait_for`: go on when a file of this path exists
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from approx_build.canonical import canonical
from approx_build.errors import OpError
from approx_build.execution.work import Report, Result, Work
from approx_build.plan.graph import Action
from approx_build.store.store import Store


def size(action: Action) -> float:
    return float(action.params.get("count", 1))  # type: ignore[arg-type]


def run(batch: Sequence[Work], store: Store, log: Any, report: Report) -> list[Result]:
    line = " ".join(work.action.target for work in batch) + "\n"
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, line.encode())
    os.close(handle)
    report(0.5)
    for work in batch:
        if "keep_in" in work.action.params:
            _keep(Path(str(work.action.params["keep_in"])), report)
    return [_make(work, store) for work in batch]


def _make(work: Work, store: Store) -> Result:
    params = work.action.params
    _misbehave(work)
    time.sleep(float(params.get("sleep_s", 0)))  # type: ignore[arg-type]
    while "wait_for" in params and not Path(str(params["wait_for"])).exists():
        time.sleep(0.01)
    text = params.get("text", _about_the_process(params.get("do")))
    if text is None:
        read = {role: work.path(role, store).read_text() for role in work.action.inputs}
        text = canonical([dict(params), read, work.action.stream])
    with store.objects.writer() as draft:
        draft.path.write_text(str(text))
    return Result({"main": draft.digest}, {"length": len(str(text))})


def _keep(path: Path, report: Report) -> None:
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    while len(told) < 100:
        report(0.6, "still here")
        told += told[:1]
        time.sleep(0.01)
    path.write_text("kept")
    sys.exit(0)


def _about_the_process(what: object) -> str | None:
    if what == "who":
        return f"{os.getpid()} {time.monotonic_ns()}"
    if what == "look around":
        is_deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        threads = f"{os.environ['OMP_NUM_THREADS']} {os.environ['OPENBLAS_NUM_THREADS']}"
        return f"{threads} {'ignored' if is_deaf else 'heard'}"
    return None


def _misbehave(work: Work) -> None:
    match work.action.params.get("do"):
        case "fail":
            raise OpError("a grain is longer than the clip")
        case "bug":
            raise ZeroDivisionError("no such number")
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            sys.exit(7)
        case "be deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            Path(str(work.action.params["deaf_at"])).touch()
            time.sleep(600)
        case "touch":
            for leaf in work.leaves.values():
                Path(leaf.path).write_text("changed under way")
