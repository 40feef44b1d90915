"""Fuzzing led by coverage: `python tests/fuzz/atheris_run.py TARGET [libFuzzer's options]`.

Needs the extra `fuzz`. Bytes that atheris proposes decide what a trial changes, so it keeps those
that reach new code. TARGET is a name of `tests.fuzz.targets`, such as `movements`.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[2]))
import atheris

with atheris.instrument_imports(include=["approx_build"]):
    from tests.fuzz.__main__ import bench
    from tests.fuzz.targets import TARGETS, ended


class Given(Random):
    """A Random whose choices are bytes that were given; after their end it is one of a seed."""

    def __init__(self, data: bytes) -> None:
        super().__init__(len(data))
        self._data, self._place = data, 0

    def getrandbits(self, k: int) -> int:
        """The next bits of the bytes."""
        count = (k + 7) // 8
        taken = self._data[self._place : self._place + count]
        self._place += count
        if len(taken) < count:
            return super().getrandbits(k)
        return int.from_bytes(taken, "little") >> (8 * count - k)

    def random(self) -> float:
        """A number from 0 to 1 of the next 53 bits."""
        return self.getrandbits(53) / 2**53


def main() -> None:
    """Fuzz one target until it is stopped, or a trial ends in neither of the two ways."""
    name = sys.argv.pop(1)
    work = Path(tempfile.mkdtemp(prefix="fuzz-"))
    atexit.register(shutil.rmtree, work, ignore_errors=True)
    # Commands import their work late: making the bench imports most of it.
    with atheris.instrument_imports(include=["approx_build"]):
        there = bench(work)

    def once(data: bytes) -> None:
        found = ended(TARGETS[name], there, Given(data))
        if not found.is_good:
            os.write(2, f"{found.how}\n{found.said}\n".encode(errors="replace"))
            raise AssertionError(found.how)

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
