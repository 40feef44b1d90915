"""Signals: an alarm where the system has none, and the names of ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

from approx_build.process import signals
from tests.process.hidden import HIDDEN


def test_a_system_without_itimers_rings_again_and_again_by_interrupts() -> None:
    code = HIDDEN + textwrap.dedent(
        """
        import time
        from approx_build.process import interrupts
        interrupts.AGAIN_S = 0.3
        swallowed = 0
        try:
            with interrupts.signals_as_interrupts():
                while True:
                    try:
                        if not swallowed:
                            print("ready", flush=True)
                        for _ in range(6000):
                            time.sleep(0.01)
                    except KeyboardInterrupt:
                        swallowed += 1
                        if swallowed == 3:
                            raise
        except KeyboardInterrupt:
            print("swallowed", swallowed)
        time.sleep(0.7)
        print("calm")
        """
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    printed = process.communicate(timeout=120)[0]
    # On a slow machine it may be raised between two waits, where nothing swallows it.
    assert printed in ("swallowed 3\ncalm\n", "swallowed 2\ncalm\n")
    assert process.returncode == 0


def test_the_end_of_a_child_is_named() -> None:
    assert signals.name_of_signal(signal.SIGTERM) == "terminated"
    assert signals.was_killed(-signal.SIGKILL)
    assert not signals.was_killed(1)
    assert not signals.was_killed(None)
