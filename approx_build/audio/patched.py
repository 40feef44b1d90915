"""Patched: an open file whose first bytes are others, for a decoder whose header must be right."""

from __future__ import annotations

import io
from typing import BinaryIO


class Patched(io.RawIOBase):
    """`head`, and after it what `file` holds from byte `skip` on; closes the file with itself."""

    def __init__(self, file: BinaryIO, head: bytes, skip: int) -> None:
        self._file, self._head, self._skip = file, head, skip
        self._place = 0
        self._end = len(head) + max(0, file.seek(0, 2) - skip)

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def seekable(self) -> bool:
        """Whether places in it can be sought: always."""
        return True

    def tell(self) -> int:
        """The place of the next byte."""
        return self._place

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, counted as files count it."""
        base = (0, self._place, self._end)[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer: object) -> int:
        """Fill the buffer as far as there are bytes."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._head[self._place : self._place + len(view)]
        if len(data) < len(view):
            self._file.seek(self._place + len(data) - len(self._head) + self._skip)
            data += self._file.read(len(view) - len(data))
        view[: len(data)] = data
        self._place += len(data)
        return len(data)

    def close(self) -> None:
        """Close the file too."""
        self._file.close()
        super().close()
