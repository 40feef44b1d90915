"""Known answers: every build of the kernels, for every system, gives the pinned hashes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest

from approx_build.kernels.compiled import Kernel, Library, available, sources
from tests.kernels.known_answers import pins
from tests.kernels.known_answers.builds import BUILDS, Build, Run
from tests.kernels.known_answers.cases import cases, harness_sources
from tests.kernels.known_answers.numbers import drawn, hashed

CASES = cases()
LINES = [case.line for case in CASES]
EVERY_SYSTEM = "APPROX_EVERY_SYSTEM"
"""Set where compilers and emulators of every system must be there (.ci/run)."""
UNHASHED = {"measure_peak", "fused_is_instruction"}
"""Functions of kernels that tell how fast they are."""


def needed(reason: str) -> None:
    """Skip the test for this reason; fail where everything must be installed."""
    if reason and os.environ.get(EVERY_SYSTEM):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="module", params=BUILDS, ids=str)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Build, Path]:
    build, folder = request.param, tmp_path_factory.mktemp("build")
    needed(build.reason)
    build.made(folder)
    return build, folder


@pytest.mark.slow
def test_a_library_for_every_system_gives_the_known_answers(built: tuple[Build, Path]) -> None:
    build, folder = built
    ran = 0
    for number, run in enumerate(build.runs):
        # Another processor's features are emulated; this one's may be missing.
        if not run.feature:
            needed(run.reason)
        if not run.reason:
            threads, batch = ((3, 1), (2, 2), (1, 0))[number % 3]
            found = build.hashes(folder, run, LINES, threads, batch)
            assert _differing(found) == [], _described(build, run)
            ran += 1
    assert ran


@pytest.mark.slow
def test_a_library_for_windows_needs_no_other_file_than_the_system_has(
    built: tuple[Build, Path],
) -> None:
    build, folder = built
    if "Windows" not in build.system:
        pytest.skip("not a library for Windows")
    for library in (folder / "out").glob("*.dll"):
        named = re.findall(rb"(?i)[\w.-]+\.dll\b", library.read_bytes())
        assert {one.lower() for one in named} <= {
            *(b"kernel32.dll", b"msvcrt.dll"),
            library.name.encode(),
        }


@pytest.mark.parametrize("kernel", [kernel for kernel in Kernel if kernel in available()])
@pytest.mark.parametrize(("threads", "batch"), [(1, 0), (2, 1)])
def test_the_package_gives_the_known_answers(kernel: Kernel, threads: int, batch: int) -> None:
    if kernel is Kernel.REFERENCE and batch:
        pytest.skip("the reference works on one thing at a time")
    assert _differing({case.name: case.hash(kernel, threads, batch) for case in CASES}) == []


def test_every_function_that_python_calls_has_a_known_answer() -> None:
    defined = {
        name
        for path in sources(Library.INFERENCE)
        for name in re.findall(r"EXPORT\([^,]*,\s*(\w+)", path.read_text(encoding="utf-8"))
    }
    harness = "".join(path.read_text(encoding="utf-8") for path in harness_sources())
    called = set(re.findall(r'function\("(\w+)"\)', harness))
    assert defined - {"name"} == called | UNHASHED


def test_known_answers_are_numbers_that_differ_from_each_other() -> None:
    for case in CASES:
        numbers = np.concatenate([one.ravel() for one in case.answer(available()[0], 1, 0)])
        assert np.isfinite(numbers).all(), case.name
        assert np.unique(numbers).size >= 10, case.name
    assert len(set(pins.read().values())) == len(CASES)


def test_the_generator_is_splitmix64_of_fnv_1a() -> None:
    assert hashed(b"") == 0xCBF29CE484222325
    assert hashed(b"foobar") == 0x85944171F73967E8
    # SplitMix64 seeded with 0 gives 0xE220A8397B1DCDAF first: its state is then the constant below.
    state = 0x9E3779B97F4A7C15
    z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & (1 << 64) - 1
    assert z ^ (z >> 31) == 0xE220A8397B1DCDAF
    first = hashed(b"name") + (3 << 32)
    assert drawn("name", 3, 2)[1] == _number(first + 1)


def _number(state: int) -> float:
    z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & (1 << 64) - 1
    return (((z ^ (z >> 31)) >> 40) - (1 << 23)) / (1 << 23)


def _differing(found: dict[str, str]) -> list[str]:
    pinned = pins.read()
    names = sorted(found.keys() | pinned.keys())
    return [name for name in names if found.get(name) != pinned.get(name)]


def _described(build: Build, run: Run) -> str:
    return f"{build}: {run.kernel} {' '.join(run.emulator)}".strip()
