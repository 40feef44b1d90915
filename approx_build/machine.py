"""The memory that a process may use on this machine, and the largest size that fits into it.

The minimum of the machine's available memory (`/proc/meminfo`) and of what each control group above
this process leaves (cgroup v2 or v1: its limit less its use, without file cache that can be
dropped). Elsewhere the system's count of pages, or None if it has none.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_UNLIMITED = 1 << 60
"""cgroup v1 reports a larger number when there is no limit."""


@dataclass(frozen=True)
class Available:
    """Available bytes, and a description of the bound."""

    size: int
    bound: str


@dataclass(frozen=True)
class _Files:
    """The files of a version of control groups."""

    folder: str
    limit: str
    used: str
    cache: str


_V2 = _Files("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file")
_V1 = _Files(
    "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
)


def available_memory(root: Path = Path("/")) -> Available | None:
    """What this process can use, with the file system at `root`; None if unknown."""
    found = [*_machine(root), *_groups(root)]
    return min(found, key=lambda one: one.size, default=None)


def available_of(meminfo: str) -> int | None:
    """Available bytes of a machine, from the text of `/proc/meminfo`; None if it is not one."""
    rows = dict(line.split(":", 1) for line in meminfo.splitlines() if ":" in line)
    with suppress(ValueError, IndexError):
        if "MemAvailable" in rows:
            return int(rows["MemAvailable"].split()[0]) * 1024
        if "MemFree" in rows:  # before Linux 3.14
            names = ("MemFree", "Buffers", "Cached")
            return sum(int(rows.get(name, "0").split()[0]) for name in names) * 1024
    return None


def limit_of(text: str) -> int | None:
    """The limit of a control group in bytes, from its text; None: unlimited."""
    # cgroup v2 writes «max» where there is no limit, which is no number.
    with suppress(ValueError):
        limit = int(text)
        return limit if 0 <= limit < _UNLIMITED else None
    return None


def group_of(cgroup: str, controller: str = "") -> str | None:
    """The group of a process in the text of `/proc/self/cgroup`: of v2, or of a v1 controller."""
    for line in cgroup.splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        is_v2 = number == "0" and not controllers
        if is_v2 if not controller else controller in controllers.split(","):
            return path
    return None


def largest_that_fits(
    cost: Callable[[int], int], limit: int, least: int = 1, most: int = 1 << 24, multiple: int = 1
) -> int | None:
    """The largest multiple of `multiple` from `least` to `most` with `cost` within `limit`.

    `cost` must not decrease as its argument grows; None when not even the least fits.
    """
    low, high = -(-least // multiple), most // multiple
    if low > high or cost(low * multiple) > limit:
        return None
    while low < high:
        middle = (low + high + 1) // 2
        if cost(middle * multiple) <= limit:
            low = middle
        else:
            high = middle - 1
    return low * multiple


def _machine(root: Path) -> Iterator[Available]:
    left = available_of(_text(root / "proc/meminfo") or "")
    # The system's own count knows nothing of another root.
    if left is None and root == Path("/"):
        left = _pages()
    if left is not None:
        yield Available(left, "memory of this machine")


def _pages() -> int | None:
    with suppress(AttributeError, ValueError, OSError):
        free = "SC_AVPHYS_PAGES" if "SC_AVPHYS_PAGES" in os.sysconf_names else "SC_PHYS_PAGES"
        size = os.sysconf(free) * os.sysconf("SC_PAGE_SIZE")
        return size if size > 0 else None
    return None


def _groups(root: Path) -> Iterator[Available]:
    text = _text(root / "proc/self/cgroup") or ""
    for files, controller in ((_V2, ""), (_V1, "memory")):
        path = group_of(text, controller)
        if path is None:
            continue
        # In a container the path may be the host's and missing here: then our group is the root.
        for each in (PurePosixPath(path), *PurePosixPath(path).parents):
            left = _left(root / files.folder / str(each).lstrip("/"), files)
            if left is not None:
                yield Available(left, "limit of the control group")


def _left(folder: Path, files: _Files) -> int | None:
    limit = limit_of(_text(folder / files.limit) or "")
    if limit is None:
        return None
    used = limit_of(_text(folder / files.used) or "") or 0
    rows = (line.split() for line in (_text(folder / "memory.stat") or "").splitlines())
    cache = next((int(row[1]) for row in rows if row[:1] == [files.cache]), 0)
    return max(0, limit - max(0, used - cache))


def _text(path: Path) -> str | None:
    with suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace")
    return None


def reset_peak() -> None:
    """Start a new measurement where the system supports it (Linux); otherwise the peak covers the
    whole process.
    """
    with suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        # 5 resets the highest resident memory (proc_pid_clear_refs(5)).
        file.write("5")


def resident_bytes() -> int:
    """Resident memory now, bytes; the peak where the system does not report it."""
    return _status("VmRSS:") or peak_bytes()


def peak_bytes() -> int:
    """The highest resident memory since `reset_peak`, bytes; 0 where it is unknown."""
    if peak := _status("VmHWM:"):
        return peak
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS reports bytes, other systems kilobytes.
    return peak if sys.platform == "darwin" else peak * 1024


def _status(name: str) -> int:
    """A line of Linux's status of this process, bytes; 0 where there is none."""
    with suppress(OSError), open("/proc/self/status") as file:
        for line in file:
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0


NO_MEMORY = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "bad_alloc",
    "can't start new thread",
)
"""Error messages of torch, C++ and Python, in lower case; a thread needs memory for its stack."""


def is_shortage(error: BaseException) -> bool:
    """Whether memory, or that of a device, has run out."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    message = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in message for words in NO_MEMORY)


# glibc maps tensors of `MAPPED` bytes and more separately; smaller ones leave holes in its heap.
HOLES = 1.8
MAPPED = 32 << 20


def allocated_bytes(size: int) -> int:
    """Memory that a tensor of `size` bytes takes."""
    return size if size >= MAPPED else int(HOLES * size)
