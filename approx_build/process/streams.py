"""Standard streams: open whatever the caller closed, and no control character reaches a terminal.

A service may start a program without standard output or error. The next file that such a program
opens gets their descriptor, and messages would be written into it. So descriptors 0 to 2 are opened
first. What cannot be written (a full disk, a reader that has gone) ends no work: the stream
remembers it, and `finish` returns it at the end. Imported before everything else.
"""

import errno
import io
import os
import sys

from approx_build.visible import visible_block

# Not from `typing`: importing that would slow the fast path.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO


class Outlet(io.TextIOBase):
    """A text stream that shows control characters, and that no write and no flush breaks."""

    def __init__(self, bare: "TextIO") -> None:
        self.bare = bare
        """The stream below, for a program's own control sequences."""
        self.lost: OSError | None = None
        """Why some of the text could not be written."""

    def write(self, text: str) -> int:
        """Write all of the text, or remember why that is impossible."""
        try:
            self.bare.write(visible_block(text))
        except OSError as error:
            self._lose(error)
        # The whole length even if text was lost: `print` and `logging` must not raise.
        return len(text)

    def flush(self) -> None:
        """Pass on what is buffered."""
        try:
            self.bare.flush()
        except OSError as error:
            self._lose(error)

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self.bare.isatty()

    def fileno(self) -> int:
        """The descriptor of the stream below."""
        return self.bare.fileno()

    def writable(self) -> bool:
        """Whether the stream can be written: always."""
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The coding of letters as bytes."""
        return self.bare.encoding or "utf-8"

    def _lose(self, error: OSError) -> None:
        self.lost = self.lost or error
        # Buffered text would be written again, and fail again, when the interpreter ends.
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, self.bare.fileno())
        os.close(null)


def prepare() -> None:
    """Open the standard streams that are closed, and put outlets before output and errors."""
    for number in range(3):
        _open(number)
    sys.stdout = _outlet(sys.stdout, 1)
    sys.stderr = _outlet(sys.stderr, 2)


def finish() -> OSError | None:
    """Write what is buffered; why results were lost, unless their reader had read enough."""
    lost = None
    for stream in (sys.stderr, sys.stdout):
        stream.flush()
        lost = stream.lost if isinstance(stream, Outlet) else None
    # A closed pipe is no failure: `approx-build … | head` has read what it wanted.
    return None if lost is None or lost.errno == errno.EPIPE else lost


def _open(number: int) -> None:
    """Open a descriptor on the null device if it is closed; children inherit it like any other."""
    try:
        os.fstat(number)
    except OSError:
        # A new descriptor is always the lowest that is free.
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _outlet(stream: "Any", number: int) -> Outlet:
    if isinstance(stream, Outlet):
        return stream
    if stream is None:
        stream = open(number, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for good
    if isinstance(stream, io.TextIOWrapper):
        # A title that the terminal cannot print must not end a render.
        stream.reconfigure(errors="backslashreplace")
    return Outlet(stream)


def bare(stream: "Any") -> "TextIO":
    """The stream below an outlet, for control sequences of the program itself."""
    below: TextIO = stream.bare if isinstance(stream, Outlet) else stream
    return below
