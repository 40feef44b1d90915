"""A worker process: receives batches of work through a pipe and runs them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection

from approx_build.execution.runner import Runner
from approx_build.execution.work import Failure, Success
from approx_build.process.system import keep_from_children
from approx_build.store.store import Store

THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Set to 1 before anything heavy is imported: work is parallel by process, not by thread."""


_PIPE = getattr(connection, "PipeConnection", Connection)
"""The class of the ends of a pipe: Windows has one of its own."""


@dataclass(frozen=True)
class Finished:
    """The message of a worker when a batch has ended; before that it sends fractions and texts."""

    made: Sequence[Success | Failure]


def main() -> None:
    """Run batches from the pipe in the arguments until the builder closes it."""
    os.environ.update(dict.fromkeys(THREAD_LIMITS, "1"))
    handle = int(sys.argv[1])
    keep_from_children(handle)
    with _PIPE(handle) as pipe:
        try:
            _serve(pipe)
        # The builder has closed the pipe or has ended: for a worker this is the normal end.
        except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
            return


def _serve(pipe: Connection) -> None:
    run, root, options, toolchain = pipe.recv()
    runner = Runner(run, Store(root), options, toolchain)

    def report(fraction: float | None, words: str = "", /) -> None:
        pipe.send((fraction, words))

    while True:
        batch = pipe.recv()
        pipe.send(Finished(runner.run_batch(batch, report)))
