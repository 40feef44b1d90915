"""CMakeLists.txt: what happens with and without a compiler."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def configure(build: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    cmake = shutil.which("cmake")
    if cmake is None:
        pytest.skip("cmake is not installed")
    return subprocess.run(
        [cmake, "-S", str(ROOT), "-B", str(build)],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_compiler_the_build_succeeds_and_says_what_serves(tmp_path: Path) -> None:
    done = configure(tmp_path, CC="false")
    said = " ".join(done.stderr.split())
    assert done.returncode == 0
    assert "no GCC or Clang C compiler was found" in said
    assert "The NumPy reference will serve instead" in said


def test_every_flag_that_keeps_the_bits_is_given_for_every_kernel_of_inference(
    tmp_path: Path,
) -> None:
    if not (shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")):
        pytest.skip("no C compiler is installed")
    done = configure(tmp_path, CMAKE_EXPORT_COMPILE_COMMANDS="1")
    assert done.returncode == 0, done.stderr
    commands = (tmp_path / "compile_commands.json").read_text()
    lines = [line for line in commands.splitlines() if '"command"' in line and "LANES" in line]
    training = [line for line in lines if "CMakeFiles/training_" in line]
    inference = [line for line in lines if "CMakeFiles/kernel_" in line]
    assert len(inference) >= 6
    assert training
    assert len(inference) + len(training) == len(lines)
    for line in inference:
        assert "-ffp-contract=off" in line
    for line in lines:
        assert "-ffast-math" not in line
