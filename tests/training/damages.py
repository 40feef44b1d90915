"""Ways a disk damages what a training keeps: `DAMAGES` by name, each of the file at a path."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path


def missing(path: Path, _other: Path) -> None:
    path.unlink()


def empty(path: Path, _other: Path) -> None:
    path.write_bytes(b"")


def truncated(path: Path, _other: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


def flipped(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))


def flipped_at_the_head(path: Path, _other: Path) -> None:
    """A digit of what the file says of itself, so that it still can be parsed."""
    data = path.read_bytes()
    flipped(
        path, next(place for place in range(60, len(data)) if data[place : place + 1].isdigit())
    )


def flipped_in_the_data(path: Path, _other: Path) -> None:
    flipped(path, len(path.read_bytes()) - 7)


def of_another_run(path: Path, other: Path) -> None:
    shutil.copyfile(other, path)


def a_folder(path: Path, _other: Path) -> None:
    """A folder that nobody may read, with something in it."""
    path.unlink()
    path.mkdir()
    (path / "x").write_text("x")
    path.chmod(0)


DAMAGES: Mapping[str, Callable[[Path, Path], None]] = {
    one.__name__.replace("_", " "): one
    for one in (
        missing,
        empty,
        truncated,
        flipped_at_the_head,
        flipped_in_the_data,
        of_another_run,
        a_folder,
    )
}
"""Each is given the path, and that of the same file of another run."""
