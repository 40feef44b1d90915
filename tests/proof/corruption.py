"""Corruption: what a disk or a person may do to a stored file."""

from __future__ import annotations

import os
import random
from enum import Enum
from pathlib import Path

from tests.proof.shim import Control


class Corruption(Enum):
    """What happens to a file."""

    FLIPPED = "a bit flipped"
    ROTTEN = "a bit flipped, times kept"
    SHORT = "cut short"
    EMPTY = "emptied"
    GONE = "removed"
    GARBAGE = "garbage"
    FOLDER = "a folder in its place"


def corrupt(path: Path, how: Corruption, chance: random.Random, control: Control) -> None:
    """Do it."""
    state = path.stat()
    data = bytearray(path.read_bytes())
    os.chmod(path, 0o644)
    match how:
        case Corruption.FLIPPED | Corruption.ROTTEN:
            if data:
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
                with open(path, "rb+") as file:
                    file.write(data)
        case Corruption.SHORT:
            os.truncate(path, chance.randrange(len(data)) if data else 0)
        case Corruption.EMPTY:
            os.truncate(path, 0)
        case Corruption.GARBAGE:
            path.write_bytes(chance.randbytes(chance.randint(1, 2 * len(data) + 20)))
        case Corruption.GONE | Corruption.FOLDER:
            path.unlink()
            if how is Corruption.FOLDER:
                path.mkdir()
                return
    if how is not Corruption.GONE:
        os.chmod(path, state.st_mode & 0o777)
    if how is Corruption.ROTTEN:
        control.keep_times(path, state.st_mtime_ns, state.st_ctime_ns)
