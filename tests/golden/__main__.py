"""Writes golden files anew: `python -m tests.golden [OPERATION ...]`, all of them by default.

A test fails when a golden file is missing or holds other samples. Listen to what changed, raise
the operation's `version`, say so in the change log, and commit the new file.
"""

import sys
from pathlib import Path

from approx_build.audio.wav_writer import write_float
from approx_build.ops.base import OPS
from tests.ops.cases import result

FOLDER = Path(__file__).parent / "ops"


def main(names: list[str]) -> None:
    for name in names or OPS.names():
        path = FOLDER / f"{name}.wav"
        write_float(path, result(OPS.get(name)))
        sys.stdout.write(f"{path}\n")


main(sys.argv[1:])
