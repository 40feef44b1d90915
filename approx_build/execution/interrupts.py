"""execution/interrupts.py"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from approx_build.cli.exits import AGAIN_S, STOPPING, _handled, _is_on_its_way, _unraisable_unsaid


@contextmanager
def ending_calmly() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP do what Ctrl-C does, unless they are ignored.

    A KeyboardInterrupt may come while a library runs that swallows it, or makes an error of its own
    of it. So it is raised again until it is on its way, and such an error is a KeyboardInterrupt.
    """
    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        signal.setitimer(signal.ITIMER_REAL, AGAIN_S, AGAIN_S)
        raise KeyboardInterrupt

    def again(_number: int, _frame: FrameType | None) -> None:
        if not _is_on_its_way(sys.exception()):
            raise KeyboardInterrupt

    with _handled(STOPPING, stop), _handled([signal.SIGALRM], again), _unraisable_unsaid():
        try:
            yield
        except Exception as error:
            if asked:
                raise KeyboardInterrupt from error
            raise
        finally:
            if asked:
                signal.setitimer(signal.ITIMER_REAL, 0)
