"""Identity: identifies a process among all that may share a folder, on any machine.

A process number alone is ambiguous: two containers have a process 7 each, numbers are reused after
a restart, and two machines may have one name. So an identity contains the kernel (the number that
it draws when it starts), the namespace of process numbers, the number, and the time at which the
process began.
"""

from __future__ import annotations

import enum
import os
import socket
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from approx_build.process.system import is_running

PROC = Path("/proc")


class ProcessState(enum.Enum):
    """What is known about a process."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"  # it cannot be seen from here


@dataclass(frozen=True, slots=True)
class Identity:
    """A process; `start` is in clock ticks since its kernel began, 0 if unknown."""

    kernel: str
    namespace: int
    process: int
    start: int

    def __str__(self) -> str:
        return f"{self.kernel}+{self.namespace}+{self.process}+{self.start}"

    @classmethod
    def parsed(cls, text: str) -> Identity | None:
        """The identity in `text`, or None."""
        kernel, *rest = text.split("+")
        if len(rest) != 3 or not all(each.isascii() and each.isdigit() for each in rest):
            return None
        return cls(kernel, *map(int, rest))

    @property
    def is_of_this_kernel(self) -> bool:
        """Whether the kernel that runs it, or ran it, is this one without a restart."""
        return self.kernel == _kernel()

    def state(self) -> ProcessState:
        """Whether it is alive, as far as this process can see."""
        # A number of another namespace may belong to any process here.
        if not self.is_of_this_kernel or self.namespace != _namespace():
            return ProcessState.UNKNOWN
        if not is_running(self.process):
            return ProcessState.DEAD
        # A number is reused; a start of 0 is unknown and proves nothing.
        is_another = self.start and (found := _start(self.process)) and found != self.start
        return ProcessState.DEAD if is_another else ProcessState.ALIVE


def own_identity() -> Identity:
    """The identity of this process."""
    return _identity(os.getpid())


@cache
# The number is an argument, so that a forked process does not get the cached identity.
def _identity(process: int) -> Identity:
    return Identity(_kernel(), _namespace(), process, _start(process))


@cache
def _kernel() -> str:
    """A number of this kernel until its restart; otherwise the host's name."""
    try:
        name = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii")
    except (OSError, ValueError):
        name = socket.gethostname()
    return sha256(name.strip().encode(errors="surrogateescape")).hexdigest()[:12]


@cache
def _namespace() -> int:
    try:
        return (PROC / "self/ns/pid").stat().st_ino
    except OSError:
        return 0


def _start(process: int) -> int:
    try:
        text = (PROC / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
        # The name in parentheses may contain anything.
        return int(text.rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0
