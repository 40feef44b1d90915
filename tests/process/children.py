"""What children of the tests do; each prints a line, which their parent reads."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from approx_build.process import child


def main() -> None:
    """Do what the first argument says."""
    match sys.argv[1:]:
        case ["look"]:
            _say(sys.path, os.environ.get("PYTHONSAFEPATH"), sys.argv, sys.warnoptions)
        case ["sleep"]:
            _sleep()
        case ["nest", *rest]:
            child.start(__name__, *(rest or ["sleep"]))
            _sleep()
        case ["fail"]:
            sys.exit(7)
        case ["polite", path]:
            signal.signal(signal.SIGTERM, lambda number, frame: _leave(Path(path)))
            _sleep()
        case ["deaf"]:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            _sleep()
        case ["ready"]:
            child.report_ready()
            _sleep()


def _sleep() -> None:
    is_deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    _say(os.getpid(), is_deaf, sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])))
    time.sleep(600)


def _leave(path: Path) -> None:
    path.write_text("said goodbye")
    raise SystemExit(3)


def _say(*told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
