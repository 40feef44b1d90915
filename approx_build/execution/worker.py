"""A worker process: receives batches of work through a pipe and performs them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from typing import TYPE_CHECKING

from approx_build.execution.performer import Performer
from approx_build.execution.work import Failure, Made
from approx_build.store.store import Store

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Set to 1 before anything heavy is imported: work is parallel by process, not by thread."""


@dataclass(frozen=True)
class Finished:
    """What a worker says when a batch has ended; until then it sends fractions and words."""

    made: Sequence[Made | Failure]


def serve(pipe: Connection) -> None:
    """Perform batches until the builder closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(dict.fromkeys(THREAD_LIMITS, "1"))
    threading.Thread(target=_die_with_builder, daemon=True).start()
    try:
        run, root, options, toolchain = pipe.recv()
        performer = Performer(run, Store(root), options, toolchain)

        def told(fraction: float | None, words: str = "", /) -> None:
            pipe.send((fraction, words))

        while True:
            batch = pipe.recv()
            pipe.send(Finished(performer.perform(batch, told)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _die_with_builder() -> None:
    builder = parent_process()
    if builder is not None:
        connection.wait([builder.sentinel])
        os._exit(1)
