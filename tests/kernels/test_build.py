"""CMakeLists.txt: what happens with and without a compiler."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from approx_build.kernels.compiled import Library, sources

ROOT = Path(__file__).parents[2]


def configure(build: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    cmake = shutil.which("cmake")
    if cmake is None:
        pytest.skip("cmake is not installed")
    return subprocess.run(
        [cmake, "-S", str(ROOT), "-B", str(build), *arguments],
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


def test_msvc_is_refused_and_the_compiler_to_install_is_named(tmp_path: Path) -> None:
    pretended = ("ID=MSVC", "ID_RUN=TRUE", "FORCED=TRUE")
    done = configure(tmp_path, *(f"-DCMAKE_C_COMPILER_{each}" for each in pretended))
    message = " ".join(done.stderr.split())
    assert done.returncode != 0
    assert "is MSVC, or takes its options" in message
    assert "Install llvm-mingw" in message
    assert "CC=clang and CMAKE_GENERATOR=Ninja" in message


@pytest.mark.parametrize("variable", ["CFLAGS", "LDFLAGS"])
@pytest.mark.parametrize("flag", ["-Ofast", "-ffast-math", "-funsafe-math-optimizations"])
def test_flags_that_change_bits_are_refused_by_name(
    tmp_path: Path, flag: str, variable: str
) -> None:
    _needs_compiler()
    done = configure(tmp_path, **{variable: f"-g {flag} -fno-plt"})
    message = " ".join(done.stderr.split())
    assert done.returncode != 0
    assert f"approx-build: {flag} " in message
    assert "changes the bits of the kernels; remove it" in message


@pytest.mark.parametrize("flags", ["-march=native -g", "-g -mavx2 -mfma", "-mtune=native -g"])
def test_no_kernel_takes_its_instruction_set_from_the_environment(
    tmp_path: Path, flags: str
) -> None:
    _needs_compiler()
    done = configure(tmp_path, CFLAGS=flags, CMAKE_EXPORT_COMPILE_COMMANDS="1")
    assert done.returncode == 0, done.stderr
    commands = (tmp_path / "compile_commands.json").read_text()
    assert "ignored, as each kernel names its instruction set" in " ".join(done.stdout.split())
    assert " -g " in commands  # what else was asked for
    for flag in flags.replace("-g", "").split():
        assert flag not in commands


def _needs_compiler() -> None:
    if not (shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")):
        pytest.skip("no C compiler is installed")


@pytest.fixture(scope="module")
def compile_commands(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """How each source is compiled, for each library and instruction set."""
    _needs_compiler()
    folder = tmp_path_factory.mktemp("build")
    done = configure(folder, CMAKE_EXPORT_COMPILE_COMMANDS="1")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, str]] = json.loads((folder / "compile_commands.json").read_text())
    return found


@pytest.mark.parametrize(
    ("library", "objects"), [(Library.INFERENCE, "kernel_"), (Library.TRAINING, "training_")]
)
def test_a_library_is_made_of_the_sources_whose_digest_it_carries(
    compile_commands: list[dict[str, str]], library: Library, objects: str
) -> None:
    own = (f"CMakeFiles/{objects}", f"CMakeFiles/{library}.dir/")
    compiled = {one["file"] for one in compile_commands if any(o in one["command"] for o in own)}
    assert compiled == {str(path) for path in sources(library) if path.suffix == ".c"}


def test_families_have_sources_of_their_own_in_both_libraries() -> None:
    for library in Library:
        assert any("families" in path.parts for path in sources(library))


def test_every_flag_that_keeps_the_bits_is_given_for_every_kernel_of_inference(
    compile_commands: list[dict[str, str]],
) -> None:
    lines = [one["command"] for one in compile_commands if "LANES" in one["command"]]
    training = [line for line in lines if "CMakeFiles/training_" in line]
    inference = [line for line in lines if "CMakeFiles/kernel_" in line]
    assert len(inference) >= 6
    assert training
    assert len(inference) + len(training) == len(lines)
    for line in inference:
        assert "-ffp-contract=off" in line
        assert "-ffp-contract=fast" not in line
        assert "-fno-tree-slp-vectorize" in line
        assert "APPROX_TRAINING" not in line
    for line in training:
        assert "APPROX_TRAINING" in line
    for line in lines:
        assert "-ffast-math" not in line
