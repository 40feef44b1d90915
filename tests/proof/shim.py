"""The shim's control block: what is counted in a trial, and what happens at the n-th of it.

`shim.c` is loaded below Python and every library, so it sees what each of them does to files. It
is compiled when it is needed; a trial's processes share one block, a file that all of them map.
"""

from __future__ import annotations

import ctypes
import enum
import mmap
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")
PATH_SIZE, JUMPS, OVERRIDES, LOG_SIZE = 1024, 8, 1024, 4 << 20
SECOND_NS = 1_000_000_000
NEVER = 1 << 62


class Call(enum.IntFlag):
    """Kinds of calls that are counted."""

    OPEN = 1  # for reading
    CREATE = 2  # or opening for writing
    READ = 4
    WRITE = 8
    TRUNCATE = 16
    SYNC = 32
    LINK = 64
    RENAME = 128
    UNLINK = 256
    MKDIR = 512
    RMDIR = 1024
    LOCK = 2048


CHANGES = Call.CREATE | Call.WRITE | Call.SYNC | Call.LINK | Call.RENAME | Call.UNLINK | Call.MKDIR
"""Calls that change the disk, or make a change last."""
ALL, NO_CALL = Call((1 << 12) - 1), Call(0)


class What(enum.IntEnum):
    """What happens at the counted calls."""

    NOTHING = 0
    KILL = 1
    FAIL = 2
    SHORT = 3
    """Half of what was to be written is."""
    PAUSE = 4
    JUMP = 5


class Scope(enum.IntEnum):
    """Who gets the signal."""

    GROUP = 0
    SELF = 1
    LEADER = 2


@dataclass(frozen=True)
class Fault:
    """At the calls of `kinds` from number `first` on, `often` times: `what`.

    `budget`: bytes that the disk still takes before it is full. `always` calls fail with
    `always_error` from the start, as on a filesystem that lacks them.
    """

    what: What = What.NOTHING
    kinds: Call = CHANGES
    first: int = 1
    often: int = 1
    error: int = 0
    signal: int = 9
    scope: Scope = Scope.GROUP
    is_before: bool = False
    jump_s: float = 0.0
    budget: int | None = None
    always: Call = NO_CALL
    always_error: int = 0


class _Jump(ctypes.Structure):
    _fields_ = [("real_ns", ctypes.c_int64), ("offset_ns", ctypes.c_int64)]


class _Override(ctypes.Structure):
    _fields_ = [
        ("device", ctypes.c_uint64),
        ("inode", ctypes.c_uint64),
        *[(name, ctypes.c_int64) for name in ("real_ns", "mtime_ns", "ctime_ns")],
    ]


class _Block(ctypes.Structure):
    """As `struct control` in shim.c."""

    _fields_ = [
        *[
            (name, ctypes.c_int32)
            for name in (
                *("is_armed", "what", "kinds", "error", "signal", "scope", "is_before"),
                *("has_fired", "always_kinds", "always_error", "has_budget", "is_logging"),
                *("is_paused", "padding"),
            )
        ],
        *[(name, ctypes.c_int64) for name in ("count", "first", "last", "budget", "jump_ns")],
        ("totals", ctypes.c_int64 * 12),
        *[
            (name, ctypes.c_int64)
            for name in ("jump_count", "override_count", "log_used", "log_size")
        ],
        ("jumps", _Jump * JUMPS),
        ("overrides", _Override * OVERRIDES),
        ("root", ctypes.c_char * PATH_SIZE),
        ("saved", ctypes.c_char * PATH_SIZE),
    ]


class Control:
    """The control block of a trial at `path`: it sees the files under `root`.

    What a power cut may bring back is kept under `saved`, on the same filesystem.
    """

    def __init__(self, path: Path, root: Path, saved: Path) -> None:
        self.path, self.root, self.saved = path, root, saved
        size = ctypes.sizeof(_Block) + LOG_SIZE
        with open(path, "wb+") as file:
            file.truncate(size)
            self._map = mmap.mmap(file.fileno(), size)
        self._block = _Block.from_buffer(self._map)
        self._block.root, self._block.saved = bytes(root), bytes(saved)
        self._block.log_size = LOG_SIZE

    def arm(self, fault: Fault, logs: bool = False) -> None:
        """Count from nought and let `fault` happen; with `logs` keep what a power cut needs."""
        block = self._block
        block.is_armed = 0
        block.what, block.kinds, block.error = fault.what, fault.kinds, fault.error
        block.signal, block.scope, block.is_before = fault.signal, fault.scope, fault.is_before
        block.first, block.last = fault.first, min(NEVER, fault.first + fault.often - 1)
        block.jump_ns = round(fault.jump_s * SECOND_NS)
        block.has_budget, block.budget = fault.budget is not None, fault.budget or 0
        block.always_kinds, block.always_error = fault.always, fault.always_error
        block.count = block.has_fired = block.is_paused = block.log_used = 0
        block.totals = (ctypes.c_int64 * 12)()
        block.is_logging = logs
        block.is_armed = 1

    def disarm(self) -> None:
        """Let everything go well from now on; whoever waits goes on."""
        self._block.is_armed = self._block.is_paused = 0

    @property
    def has_fired(self) -> bool:
        """Whether the fault came about."""
        return bool(self._block.has_fired)

    @property
    def is_paused(self) -> bool:
        """Whether a process waits at its fault."""
        return bool(self._block.is_paused)

    def release(self) -> None:
        """Let the process that waits go on."""
        self._block.is_paused = 0

    def totals(self) -> Mapping[Call, int]:
        """How many calls of each kind have been seen."""
        return {kind: self._block.totals[i] for i, kind in enumerate(Call)}

    def pass_time(self, seconds: float) -> None:
        """Move the clock by `seconds` from now on; files keep the times that they have."""
        count = self._block.jump_count
        before = self._block.jumps[count - 1].offset_ns if count else 0
        self._block.jumps[count].offset_ns = before + round(seconds * SECOND_NS)
        # Kernel stamps are up to a tick old: what is made after this call must not seem before.
        self._block.jumps[count].real_ns = time.clock_gettime_ns(time.CLOCK_REALTIME)
        self._block.jump_count = count + 1
        time.sleep(0.011)

    @property
    def jumps_left(self) -> int:
        """How many more times the clock can be moved."""
        return JUMPS - int(self._block.jump_count)

    def keep_times(self, path: Path, mtime_ns: int, ctime_ns: int) -> None:
        """Show these times of a file, until it changes again."""
        state, count = path.stat(), self._block.override_count
        assert count < OVERRIDES
        self._block.overrides[count] = _Override(
            state.st_dev, state.st_ino, state.st_ctime_ns, mtime_ns, ctime_ns
        )
        self._block.override_count = count + 1

    def log(self) -> list[list[str]]:
        """What was done to files since `arm`: words of each line."""
        start = ctypes.sizeof(_Block)
        used = min(self._block.log_used, LOG_SIZE)
        assert self._block.log_used <= LOG_SIZE, "the log is full"
        text = self._map[start : start + used].replace(b"\0", b"").decode()
        # A process killed in the middle of a line leaves a gap.
        lines = (line.split("\t") for line in text.split("\n"))
        return [words for words in lines if len(words) == WORDS.get(words[0])]


WORDS = dict.fromkeys(("create", "truncate", "unlink", "rmdir", "mkdir"), 3)
WORDS |= dict.fromkeys(("write", "sync", "settle"), 4) | {"rename": 5}
"""How many words a line of the log has, by its first."""


def missing() -> str:
    """Why the shim cannot be used here; empty when it can."""
    if not sys.platform.startswith("linux"):
        return "the shim is for Linux"
    return "" if _compiler() else "there is no C compiler"


def compiled(folder: Path) -> Path:
    """The shim as a library in `folder`."""
    library = folder / "shim.so"
    if not library.exists():
        draft = library.with_suffix(".draft")
        compiler = _compiler()
        assert compiler is not None
        subprocess.run(
            [compiler, "-O2", "-shared", "-fPIC", "-o", draft, SOURCE, "-ldl"], check=True
        )
        draft.replace(library)
    return library


def attach(library: Path, control: Control) -> None:
    """Let this process, which was started with the shim, be seen by `control`."""
    error = ctypes.CDLL(str(library)).proof_attach(bytes(control.path))
    if error:
        raise OSError(error, "the control block cannot be mapped")


def _compiler() -> str | None:
    named = str(sysconfig.get_config_var("CC") or "cc").split()[0]
    return shutil.which(named) or shutil.which("cc") or shutil.which("gcc")
