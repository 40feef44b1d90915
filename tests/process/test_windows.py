"""Windows's locks, with another kernel32: flags, offsets, and what its errors mean."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

from approx_build.process.windows import (
    ACCESS_DENIED,
    EXCLUSIVE,
    FAIL_IMMEDIATELY,
    IO_PENDING,
    LOCK_VIOLATION,
    TIMEOUT,
    Kernel32,
    Overlapped,
    allows_long_paths,
)


class Fake:
    """Remembers what it is asked; answers as told."""

    def __init__(self, answer: int, error: int = 0) -> None:
        self.answer, self.error, self.asked = answer, error, list[tuple[Any, ...]]()

    def __getattr__(self, name: str) -> Any:
        def called(*arguments: Any) -> int:
            self.asked.append((name, *arguments))
            return TIMEOUT if name == "WaitForSingleObject" else self.answer

        called.restype = None  # type: ignore[attr-defined]
        self.__dict__[name] = called
        return called

    def kernel(self) -> Kernel32:
        return Kernel32(self, lambda handle: handle + 1000, lambda: self.error)


@pytest.mark.parametrize(
    ("is_shared", "flags"), [(True, FAIL_IMMEDIATELY), (False, FAIL_IMMEDIATELY | EXCLUSIVE)]
)
def test_one_byte_is_locked_at_an_offset_of_64_bits(is_shared: bool, flags: int) -> None:
    fake = Fake(1)
    assert fake.kernel().lock(7, (5 << 32) + 9, is_shared)
    name, handle, *numbers, where = fake.asked[0]
    overlapped = ctypes.cast(where, ctypes.POINTER(Overlapped)).contents
    assert (name, handle.value, numbers) == ("LockFileEx", 1007, [flags, 0, 1, 0])
    assert (overlapped.offset, overlapped.offset_high) == (9, 5)


@pytest.mark.parametrize("error", [LOCK_VIOLATION, IO_PENDING])
def test_a_lock_of_another_process_is_no_error(error: int) -> None:
    assert not Fake(0, error).kernel().lock(7, 0, False)


def test_what_cannot_be_locked_is_an_error() -> None:
    with pytest.raises(OSError, match="locks"):
        Fake(0, 1).kernel().lock(7, 0, False)
    with pytest.raises(OSError, match="locks"):
        Fake(0, 158).kernel().unlock(7, 0)


def test_a_process_runs_when_it_can_be_waited_for_or_belongs_to_another_user() -> None:
    assert Fake(55).kernel().is_running(1)
    assert Fake(0, ACCESS_DENIED).kernel().is_running(1)
    assert not Fake(0, 87).kernel().is_running(1)


def test_the_structure_has_the_size_that_windows_expects() -> None:
    assert ctypes.sizeof(Overlapped) == 32


@pytest.mark.parametrize("answer", [0, 1])
def test_windows_says_whether_paths_may_be_long(answer: int) -> None:
    assert allows_long_paths(Fake(answer)) == bool(answer)


def test_a_windows_that_cannot_say_it_has_no_long_paths() -> None:
    assert not allows_long_paths(object())
