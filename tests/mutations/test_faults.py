"""Faults planted on purpose are seen by the suite's own guards, and found where they are."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from approx_build.kernels.compiled import built_path
from tests.mutations.bench import ROOT, Bench, Guard, Said
from tests.mutations.clean import alarms
from tests.mutations.faults import BITS, FAULTS, PROBES, SOURCES, Fault

pytestmark = pytest.mark.slow
KEPT = sorted({fault.guard for fault in FAULTS if "STORE" in fault.guard.words}, key=str)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The project with nothing wrong: the étude is built once, and is as it is pinned."""
    bench = Bench(tmp_path_factory.mktemp("mutations"))
    kept = bench.keep()
    assert kept.is_well, kept.text
    return bench


@pytest.mark.parametrize("guard", KEPT, ids=str)
def test_a_guard_gives_no_false_alarm(guard: Guard, bench: Bench) -> None:
    said = bench.ask(guard)
    assert said.is_well, said.text


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_seen_and_found(fault: Fault, bench: Bench) -> None:
    if fault.file.endswith((".c", ".h")) and built_path() is None:
        pytest.skip("there are no compiled kernels here")
    with bench.planted(fault.file, fault.old, fault.new):
        asked = (bench.ask(fault.guard, seed=1 + seed) for seed in range(fault.seeds))
        said = next((one for one in asked if not one.is_well), Said(True, ""))
    assert not said.is_well, f"{fault.guard} saw nothing"
    assert re.search(fault.finds, said.text), said.text


def test_a_clean_run_of_all_guards_gives_no_alarm(bench: Bench) -> None:
    assert alarms(bench, 3) == []


@pytest.mark.parametrize(("compiler", "optimisation"), [("gcc", "-O1"), ("clang", "-O3")])
def test_kernels_that_are_built_otherwise_have_the_same_bits(
    compiler: str, optimisation: str, bench: Bench
) -> None:
    if shutil.which(compiler) is None or built_path() is None:
        pytest.skip(f"{compiler} is not installed, or no kernels are")
    with bench.built(compiler, optimisation):
        said = bench.ask(PROBES)
    assert said.is_well, said.text


REWRITTEN = (
    "approx_build/ops/reverse.py",
    "clips[0].like(clips[0].data[:, ::-1])",
    "clips[0].like(clips[0].data[:, range(clips[0].length - 1, -1, -1)])",
)
RAISED = (
    "approx_build/ops/scatter.py",
    'op: Literal["scatter"] = "scatter"\n',
    'op: Literal["scatter"] = "scatter"\n    version: ClassVar[int] = 2\n',
)
OTHER = ("approx_build/ops/scatter.py", "np.sqrt(max(1.0,", "np.sqrt(max(1.1,")


def test_equal_bits_and_raised_versions_are_written(bench: Bench) -> None:
    golden = bench.root / "tests/golden"
    before = {path: path.read_text() for path in golden.glob("*.json")}
    try:
        with bench.planted(*REWRITTEN), bench.planted(*RAISED), bench.planted(*OTHER):
            assert not bench.ask(SOURCES).is_well
            said = bench.ask(BITS)
            assert said.is_well, said.text
            assert "operation reverse, version 1: ops/reverse.py changed" in said.text
            assert "operation scatter: version 1 is 2 now" in said.text
            assert "then: approx-build render pieces/etude.yaml" in said.text
            assert bench.ask(SOURCES).is_well
    finally:
        for path, text in before.items():
            path.write_text(text)


def test_nothing_of_the_faults_is_left(bench: Bench) -> None:
    for fault in FAULTS:
        assert (bench.root / fault.file).read_text() == (ROOT / fault.file).read_text()


def test_there_are_enough_of_them() -> None:
    assert len(FAULTS) >= 12
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert len({Path(fault.file).parts[1] for fault in FAULTS}) >= 8
