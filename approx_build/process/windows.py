"""Windows: locks of open files, running processes and long paths, by functions of Windows.

This module has never been run on Windows. On other systems, tests replace kernel32.
"""

from __future__ import annotations

import ctypes
import errno
import os
from ctypes import Structure, byref, c_uint32, c_void_p
from typing import Any

# The values in Windows's headers: flags of LockFileEx, errors, an access right, results of a wait.
FAIL_IMMEDIATELY, EXCLUSIVE = 1, 2
LOCK_VIOLATION, IO_PENDING = 33, 997
SYNCHRONIZE, TIMEOUT, ACCESS_DENIED = 0x100000, 258, 5


class Overlapped(Structure):
    """`OVERLAPPED`: the position of the bytes to lock."""

    _fields_ = (
        *(("internal", c_void_p), ("internal_high", c_void_p)),
        *(("offset", c_uint32), ("offset_high", c_uint32), ("event", c_void_p)),
    )

    @classmethod
    def at(cls, offset: int) -> Overlapped:
        """The byte at an offset of up to 64 bits."""
        return cls(None, None, offset & 0xFFFFFFFF, offset >> 32, None)


class Kernel32:
    """The functions of kernel32 that are needed here; each locks one byte."""

    def __init__(self, kernel32: Any = None, handle_of: Any = None, last_error: Any = None) -> None:
        windows: Any = ctypes
        self._kernel32 = kernel32 or windows.WinDLL("kernel32", use_last_error=True)
        # ctypes assumes `int`, which cuts a 64-bit handle.
        self._kernel32.OpenProcess.restype = c_void_p
        self._handle_of = handle_of or _os_handle
        self._last_error = last_error or windows.get_last_error

    def lock(self, handle: int, offset: int, is_shared: bool) -> bool:
        """Lock a byte of an open file without waiting; False when another has it. OSError."""
        flags = FAIL_IMMEDIATELY | (0 if is_shared else EXCLUSIVE)
        where = byref(Overlapped.at(offset))
        if self._kernel32.LockFileEx(self._of(handle), flags, 0, 1, 0, where):
            return True
        if self._last_error() in (LOCK_VIOLATION, IO_PENDING):
            return False
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    def unlock(self, handle: int, offset: int) -> None:
        """Unlock a byte. OSError."""
        if not self._kernel32.UnlockFileEx(self._of(handle), 0, 1, 0, byref(Overlapped.at(offset))):
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    def is_running(self, process: int) -> bool:
        """Whether a process with this number is running."""
        opened = self._kernel32.OpenProcess(SYNCHRONIZE, False, process)
        if not opened:
            return bool(self._last_error() == ACCESS_DENIED)  # the process belongs to another user
        try:
            # An ended process can still be opened while a handle of it exists; only a running one
            # times out.
            return bool(self._kernel32.WaitForSingleObject(c_void_p(opened), 0) == TIMEOUT)
        finally:
            self._kernel32.CloseHandle(c_void_p(opened))

    def _of(self, handle: int) -> c_void_p:
        return c_void_p(self._handle_of(handle))


def allows_long_paths(ntdll: Any = None) -> bool:
    """Whether this process may use paths of more than 259 characters."""
    windows: Any = ctypes
    try:
        allowed = (ntdll or windows.WinDLL("ntdll")).RtlAreLongPathsEnabled
    except AttributeError:  # before Windows 10 of 2016
        return False
    allowed.restype = ctypes.c_ubyte
    return bool(allowed())


def _os_handle(handle: int) -> int:
    import msvcrt

    windows: Any = msvcrt
    return int(windows.get_osfhandle(handle))
