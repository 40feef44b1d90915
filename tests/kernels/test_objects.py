"""No fused multiply-add in the kernels of inference: it rounds once where the rule rounds twice.

The library of training is exempt: its bits belong to one numeric environment anyway.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from approx_build.kernels import library
from approx_build.kernels.library import Library

FUSED = re.compile(r"\t(vfn?m(?:add|sub|addsub|subadd)\w*|fn?m(?:add|sub)|fml[as]\w*|bfml\w*)\s")

DOT = """
float dot(const float *a, const float *b, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}
"""


def fused(objects: Path) -> list[str]:
    """The fused instructions in a library or object file."""
    if shutil.which("objdump") is None:
        pytest.skip("objdump is not installed")
    listing = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", str(objects)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ret" in listing.stdout
    return FUSED.findall(listing.stdout)


def built(which: Library) -> Path:
    path = library.built_path(which)
    if path is None:
        pytest.skip("the kernels are not compiled here")
    return path


def test_no_kernel_of_inference_holds_a_fused_multiply_add() -> None:
    assert fused(built(Library.INFERENCE)) == []


def test_the_kernels_of_training_use_fused_multiply_add_and_have_a_library_to_themselves() -> None:
    assert fused(built(Library.TRAINING)) != []
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
    assert fused(tmp_path / "dot.o") != []
