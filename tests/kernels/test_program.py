from __future__ import annotations

import re
from pathlib import Path

from approx_build.kernels import compiled
from approx_build.kernels.program import NO_ARRAY, Array, Function, Kind, Taps

SOURCE = Path(compiled.__file__).parent / "csrc" / "program" / "program.h"


def test_kinds_are_numbered_as_in_c() -> None:
    kinds = re.findall(r"^    PROGRAM_(\w+),?\s", SOURCE.read_text(encoding="utf-8"), re.MULTILINE)
    assert kinds == [kind.name for kind in Kind]
    assert list(Kind) == list(range(len(kinds)))


def test_functions_are_numbered_as_in_c() -> None:
    text = SOURCE.read_text(encoding="utf-8")
    functions = re.findall(r"^    FUNCTION_(\w+),?\s", text, re.MULTILINE)
    assert functions == [function.name for function in Function]
    assert list(Function) == list(range(len(functions)))


def test_taps_are_centred_unless_their_place_is_given() -> None:
    assert Taps(5, dilation=3).offset == 6
    assert Taps(5, before=0).offset == 0
    assert (Taps(25, stride=4).rows(1024), Taps(25, stride=4).rows(1021)) == (256, 256)
    assert Taps(3, stride=2, dilation=4).read(10) == 18 + 8 + 1


def test_an_array_takes_its_rows_with_all_their_stride() -> None:
    assert Array(64, 10, 18, 32).floats == 320
    assert NO_ARRAY.floats == 0
