"""Patched: an open file with other first bytes, for decoders that need a correct header."""

from __future__ import annotations

import io
from typing import BinaryIO


class Patched(io.RawIOBase):
    """`head`, followed by the content of `file` from byte `skip` on; closing it closes the file."""

    def __init__(self, file: BinaryIO, head: bytes, skip: int) -> None:
        self._file, self._head, self._skip = file, head, skip
        self._place = 0
        self._end = len(head) + max(0, file.seek(0, 2) - skip)

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def seekable(self) -> bool:
        """Whether the position can be set: always."""
        return True

    def tell(self) -> int:
        """The position of the next byte."""
        return self._place

    def seek(self, offset: int, whence: int = 0) -> int:
        """Set the position, with the arguments of any file."""
        base = (0, self._place, self._end)[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer: object) -> int:
        """Fill the buffer as far as bytes are left."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._head[self._place : self._place + len(view)]
        if len(data) < len(view):
            self._file.seek(self._place + len(data) - len(self._head) + self._skip)
            data += self._file.read(len(view) - len(data))
        view[: len(data)] = data
        self._place += len(data)
        return len(data)

    def close(self) -> None:
        """Also close the file."""
        self._file.close()
        super().close()
