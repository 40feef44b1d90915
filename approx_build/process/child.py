"""Children: Python processes that run this very package and never outlive their parent.

The package starts Python only here. A child gets the parent's search path, so it imports what the
parent would import, and nothing from the working folder. A pair of sockets connects the two: each
side reads end of file when the other side has ended, for whatever reason. Processes that a child
starts inherit its socket, so the parent also detects when all of them have ended.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import IO, Any

from approx_build.errors import ApproxError
from approx_build.files import links
from approx_build.process import scratch, streams, system
from approx_build.process.limits import check_room
from approx_build.process.path import without_working_folder
from approx_build.process.signals import wake_main

BOOT = (
    "import json, sys; task = json.loads(sys.argv.pop(1)); sys.path[:] = task['path']; "
    "from approx_build.process.child import begin; begin(task)"
)
"""The program of a child, with its task as JSON: the path of its parent contains it."""

GRACE_S = 5.0
"""How long a child without its parent may take to end by itself, if it handles SIGTERM."""
GONE_S = 10.0
"""How long to wait for processes that a killed child has started."""

_children: set[Child] = set()
_bonds: list[int] = []
"""This process's own socket to its parent, and those of the processes above."""


@dataclass(eq=False)
class Child:
    """A child; ending it, or leaving this process, ends everything that it has started."""

    process: subprocess.Popen[bytes]
    bond: socket.socket

    @property
    def code(self) -> int | None:
        """Its exit code, or minus the signal that ended it; None while it runs."""
        return self.process.poll()

    def wait(self, most_s: float | None = None) -> int | None:
        """Wait for its end, for `most_s` at most; its exit code."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(most_s)
        return self.code

    def ready(self) -> bool:
        """Wait until it reports that it is ready; False if it ends before that."""
        # End of file is an empty result: the child ended before it sent its byte.
        return bool(self.bond.recv(1))

    def end(self, patience_s: float = 0.0) -> None:
        """Ask it to end, kill it after `patience_s`, and wait until everything it started has
        ended.
        """
        try:
            if self.code is None and patience_s:
                self.process.terminate()
                self.wait(patience_s)
        finally:
            if self.code is None:
                self.process.kill()
            self.process.wait()
            # The bond is closed only when all processes that inherited it have ended.
            self._wait_until_gone()
            self.bond.close()
            _children.discard(self)

    def _wait_until_gone(self) -> None:
        # A process in an uninterruptible read, as on a dead network disk, must not block the end.
        self.bond.settimeout(GONE_S)
        with suppress(OSError):
            while self.bond.recv(1):
                pass


def start(
    module: str,
    *arguments: str,
    handles: Sequence[int] = (),
    environment: Mapping[str, str] = {},
    output: IO[bytes] | None = None,
) -> Child:
    """Start a child that calls `main` of `module`, which reads `arguments` from `sys.argv`.

    It inherits open `handles`, and writes to `output` instead of this process's own streams.
    """
    ours, theirs = socket.socketpair()
    # On Windows, a lock belongs to the process that took it and is not inherited.
    kept = scratch.held() if system.CHILDREN_KEEP_LOCKS else {}
    with theirs:
        task = {
            "module": module,
            "path": without_working_folder(sys.path),
            # Also the bonds of the parent, so that processes above detect the end of everything
            # below.
            "bonds": [theirs.fileno(), *_bonds],
            "scratch": kept,
            "links": links.known(),
        }
        inherited = [theirs.fileno(), *_bonds, *kept.values(), *handles]
        with _interrupts_blocked():
            process = subprocess.Popen(
                # `-P`: with `-c` alone, BOOT would import `json` from the working folder.
                [sys.executable, *_flags(), "-P", "-c", BOOT, json.dumps(task), *arguments],
                env=_environment(environment),
                # A child must not read what the user types for the parent or for a shell.
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **system.inheriting(inherited, subprocess),
            )
    child = Child(process, ours)
    _children.add(child)
    return child


def begin(task: Mapping[str, Any]) -> None:
    """Run as a child: watch the parent, and run the module of the task."""
    streams.prepare()
    # Ignored before it is unblocked: an interrupt that is pending since the start is then dropped.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    _bonds.extend(task["bonds"])
    links.join(*task["links"])
    scratch.join(task["scratch"])
    for handle in (*_bonds, *task["scratch"].values()):
        # Only `start` passes them on: another subprocess that inherits a bond would keep it open.
        system.keep_from_children(handle)
    bond = socket.socket(fileno=_bonds[0])
    # A thread: Linux's parent-death signal fires when the thread that started the child ends.
    threading.Thread(target=_guard, args=(bond,), daemon=True).start()
    sys.argv[0] = task["module"]
    try:
        check_room()
    except ApproxError as error:
        raise SystemExit(f"approx-build: {error}") from None
    try:
        # Imported only now: the limits are checked and the guard watches before heavy libraries
        # load.
        import_module(task["module"]).main()
    finally:
        leave()


def report_ready() -> None:
    """Report to the parent that this child is ready."""
    with suppress(OSError), socket.socket(fileno=_bonds[0]) as bond:
        bond.send(b".")
        bond.detach()  # the guard reads it


def leave() -> None:
    """End all children of this process, and leave its scratch folders."""
    for child in list(_children):
        child.process.kill()
    for child in list(_children):
        child.end()
    scratch.leave_all()


def _guard(bond: socket.socket) -> None:
    """End this process when its parent has ended: with SIGTERM if it handles that, otherwise at
    once.
    """
    with suppress(OSError):
        while bond.recv(1):
            pass
    if callable(signal.getsignal(signal.SIGTERM)):
        wake_main(signal.SIGTERM)
        time.sleep(GRACE_S)
    leave()
    # `sys.exit` would end only this thread; the main thread may be inside a library.
    os._exit(1)


def _flags() -> Iterator[str]:
    """The options of this interpreter about the module path and warnings."""
    flags = sys.flags
    options = {
        "-I": flags.isolated,
        "-E": flags.ignore_environment,
        "-s": flags.no_user_site,
        "-S": flags.no_site,
        "-B": flags.dont_write_bytecode,
        "-O": flags.optimize,
    }
    yield from (flag for flag, count in options.items() for _ in range(count))
    yield from (
        f"-X{name}" if value is True else f"-X{name}={value}"
        for name, value in sys._xoptions.items()
    )
    yield from (f"-W{words}" for words in sys.warnoptions)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process, without the working folder on Python's module path."""
    found = {**os.environ, **more, "PYTHONSAFEPATH": "1"}
    if named := found.get("PYTHONPATH"):
        found["PYTHONPATH"] = os.pathsep.join(without_working_folder(named.split(os.pathsep)))
    return found


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Ignore Ctrl-C, which a terminal sends to the whole process group."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
