from __future__ import annotations

import re
from pathlib import Path

from approx_build.kernels import compiled
from approx_build.kernels.program import NO_ARRAY, Array, Kind

SOURCE = Path(compiled.__file__).parent / "csrc" / "program" / "program.h"


def test_kinds_are_numbered_as_in_c() -> None:
    kinds = re.findall(r"^    PROGRAM_(\w+),?\s", SOURCE.read_text(encoding="utf-8"), re.MULTILINE)
    assert kinds == [kind.name for kind in Kind]
    assert list(Kind) == list(range(len(kinds)))


def test_an_array_takes_its_rows_with_all_their_stride() -> None:
    assert Array(64, 10, 18, 32).floats == 320
    assert NO_ARRAY.floats == 0
