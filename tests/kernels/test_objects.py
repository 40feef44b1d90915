"""Fused instructions in the kernels of inference: where the rule has them, and nowhere else.

The library of training is exempt: its bits belong to one numeric environment anyway.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from approx_build.kernels import compiled
from approx_build.kernels.compiled import Kernel, Library

FUSED = re.compile(
    r"\t(vfn?m(?:add|sub)\w*|vfc?maddc\w*|vdpbf16\w*|fn?m(?:add|sub|ad|sb|l[as])\w*|fcmla|bfml\w*)\s"
)
"""Every instruction of x86-64 or aarch64 that multiplies and adds floats and rounds once."""

PRODUCT = re.compile(r"vfmadd(?:132|213|231)ps|fmla")
"""Those of `fused` in csrc/core/fused.h."""

OF_PRODUCTS = re.compile(
    r"(?:(?:tile|asking)_\w+|sparse_row|row_product|(?:product_of_part|product_of_vectors|"
    r"product_sparse|add_gradient|add_sparse_gradient|measure_peak|fused_terms)_(?:avx2|avx512|baseline))"
    r"(?:\.(?:part|isra|constprop|cold)\.?\d*)*"
)
"""Functions whose products the rule fuses, and the two that show what fusing is."""

TILE = re.compile(r"(?:tile|asking)_(\d)x(\d)")

DOT = """
float dot(const float *a, const float *b, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}
"""


class Compiled(NamedTuple):
    """A function in an object."""

    name: str
    fused: Counter[str]


@cache
def functions(objects: Path) -> tuple[Compiled, ...]:
    """The functions of a library or object file, one of the same name for each object."""
    if shutil.which("objdump") is None:
        pytest.skip("objdump is not installed")
    listing = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", str(objects)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ret" in listing.stdout
    parts = re.split(r"^[0-9a-f]+ <(.+)>:$", listing.stdout, flags=re.MULTILINE)[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return tuple(Compiled(name, Counter(FUSED.findall(code))) for name, code in pairs)


def fusing(objects: Path) -> list[Compiled]:
    return [one for one in functions(objects) if one.fused]


def built(which: Library) -> Path:
    path = compiled.built_path(which)
    if path is None:
        pytest.skip("the kernels are not compiled here")
    return path


@pytest.fixture
def inference() -> Path:
    """The library of inference, with the names of its functions."""
    path = built(Library.INFERENCE)
    if not any(TILE.fullmatch(one.name) for one in functions(path)):
        pytest.skip("the library is stripped of its names")
    return path


def test_kernels_of_inference_fuse_in_products_alone(inference: Path) -> None:
    assert [one for one in fusing(inference) if not OF_PRODUCTS.fullmatch(one.name)] == []


def test_they_fuse_by_the_one_instruction_that_the_rule_has(inference: Path) -> None:
    found = {name for one in fusing(inference) for name in one.fused}
    assert {name for name in found if not PRODUCT.fullmatch(name)} == set()


def test_a_tile_fuses_once_for_each_of_its_sums(inference: Path) -> None:
    """Or as often as its loop is unrolled."""
    tiles = [one for one in fusing(inference) if TILE.fullmatch(one.name)]
    for one in tiles:
        rows, vectors = map(int, TILE.fullmatch(one.name).groups())
        assert one.fused.total() % (rows * vectors) == 0, one
    assert tiles or set(compiled.available()) <= {Kernel.BASELINE, Kernel.REFERENCE}


def test_every_object_fuses_for_which_there_is_an_instruction(inference: Path) -> None:
    named = {one.name: one.fused.total() for one in functions(inference)}
    for kernel in set(compiled.available()) - {Kernel.REFERENCE}:
        can_fuse = bool(compiled.function("fused_is_instruction", kernel)())
        assert can_fuse or kernel is Kernel.BASELINE
        for name in ("fused_terms", "measure_peak"):
            assert bool(named[f"{name}_{kernel}"]) == can_fuse, kernel


def test_the_kernels_of_training_use_fused_multiply_add_and_have_a_library_to_themselves() -> None:
    assert fusing(built(Library.TRAINING)) != []
    assert built(Library.TRAINING).stem == "libapprox_training"


def test_a_fused_multiply_add_would_be_found(tmp_path: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler is installed")
    source = tmp_path / "dot.c"
    source.write_text(DOT)
    flags = ["-O2", "-ffp-contract=fast"]
    if platform.machine().lower() in ("x86_64", "amd64"):
        flags.append("-mfma")
    done = subprocess.run([compiler, *flags, "-c", str(source), "-o", str(tmp_path / "dot.o")])
    assert done.returncode == 0
    [found] = fusing(tmp_path / "dot.o")
    assert found.name.lstrip("_") == "dot"
    assert not OF_PRODUCTS.fullmatch(found.name)


@pytest.mark.parametrize(
    "instruction",
    [
        *("vfmadd231ps", "vfmaddsub132ps", "vfmsubadd213pd", "vfnmadd231ss", "vfnmsub132sd"),
        *("vfmaddps", "vfmaddcph", "vfcmaddcph", "vdpbf16ps"),
        *("fmadd", "fmsub", "fnmadd", "fnmsub", "fmla", "fmls", "fmlal2", "fcmla", "bfmlalb"),
        *("fmad", "fmsb", "fnmla", "fnmls", "fnmad", "fnmsb"),
    ],
)
def test_the_whole_family_of_fused_instructions_is_looked_for(instruction: str) -> None:
    assert FUSED.findall(f"  12:\t{instruction} %zmm1,%zmm2,%zmm3\n") == [instruction]
    for other in ("vmulps", "vaddps", "vmaxps", "fmul", "fadd", "fmov", "vaddsubps", "fmax"):
        assert FUSED.findall(f"  12:\t{other} %zmm1\n") == []
