from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from approx_build.errors import UsageError
from approx_build.kernels import compiled
from approx_build.kernels.compiled import Kernel, Library


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which nothing was compiled."""
    monkeypatch.delenv(compiled.VARIABLE, raising=False)
    monkeypatch.setattr(compiled, "built_path", lambda *_: None)
    compiled._load.cache_clear()
    compiled.available.cache_clear()
    compiled._best_for_rows.cache_clear()
    yield
    compiled._load.cache_clear()
    compiled.available.cache_clear()
    compiled._best_for_rows.cache_clear()


def test_the_best_kernel_is_chosen_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(compiled.VARIABLE, raising=False)
    assert compiled.choose() is compiled.available()[0]
    monkeypatch.setenv(compiled.VARIABLE, "reference")
    assert compiled.choose() is Kernel.REFERENCE
    assert compiled.describe()["kernel"] == "reference"


def test_an_argument_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compiled.VARIABLE, "reference")
    assert compiled.choose(compiled.available()[0]) is compiled.available()[0]


class Halving:
    """A library on a processor that works on wide vectors in halves, or does not."""

    def __init__(self, features: int) -> None:
        self.kernel_cpu_features = lambda: features
        self.measure_peak_baseline = self.measure_peak_avx2 = self.measure_peak_avx512 = None


@pytest.mark.parametrize(
    ("features", "plain", "for_rows"),
    [
        (0, Kernel.BASELINE, Kernel.BASELINE),
        (1, Kernel.AVX2, Kernel.AVX2),
        (3, Kernel.AVX512, Kernel.AVX512),
        (7, Kernel.AVX512, Kernel.AVX2),
    ],
)
def test_a_processor_that_halves_wide_vectors_does_without_them_for_many_rows(
    monkeypatch: pytest.MonkeyPatch, features: int, plain: Kernel, for_rows: Kernel
) -> None:
    monkeypatch.delenv(compiled.VARIABLE, raising=False)
    monkeypatch.setattr(compiled, "_load", lambda: (Halving(features), ""))
    compiled.available.cache_clear()
    compiled._best_for_rows.cache_clear()
    assert compiled.choose() is plain
    assert compiled.choose(many_rows=True) is for_rows
    monkeypatch.setenv(compiled.VARIABLE, "baseline")
    assert compiled.choose(many_rows=True) is Kernel.BASELINE
    compiled.available.cache_clear()
    compiled._best_for_rows.cache_clear()


def test_an_unknown_kernel_is_named_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compiled.VARIABLE, "sse9")
    with pytest.raises(UsageError, match=r"APPROX_KERNEL=sse9: no such kernel; there are: avx512"):
        compiled.choose()


def test_a_kernel_is_the_slower_the_fewer_floats_it_takes_at_once_and_slow_without_fusing() -> None:
    times = [compiled.product_time(kernel) for kernel in compiled.available()]
    assert times == sorted(times)
    assert len(set(times)) == len(times)
    for kernel in set(compiled.available()) - {Kernel.REFERENCE}:
        can_fuse = bool(compiled.function("fused_is_instruction", kernel)())
        assert can_fuse == (compiled.product_time(kernel) < 20)
        assert can_fuse or kernel is Kernel.BASELINE


@pytest.mark.usefixtures("no_library")
def test_without_a_library_the_reference_serves_and_reports_it() -> None:
    assert compiled.choose() is Kernel.REFERENCE
    description = compiled.describe()
    assert description["available"] == ["reference"]
    assert description["library"] is None
    assert not compiled.is_available(Library.TRAINING)
    assert "no C compiler" in description["note"]


@pytest.mark.usefixtures("no_library")
def test_a_kernel_that_is_not_there_is_refused_with_the_reason() -> None:
    with pytest.raises(UsageError, match=r"kernel avx2: cannot run here .*not compiled"):
        compiled.choose("avx2")


def test_a_library_built_from_other_sources_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    if compiled.built_path() is None:
        pytest.skip("the kernels are not compiled here")
    monkeypatch.setattr(compiled, "_sources_digest", lambda _: "0" * 64)
    compiled._load.cache_clear()
    with pytest.raises(UsageError, match="built from other sources; build it again: cmake"):
        compiled._load()


def test_a_file_that_is_no_library_leaves_the_reference_to_serve(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "libapprox_kernels.so"
    broken.write_bytes(b"no library")
    monkeypatch.setattr(compiled, "built_path", lambda *_: broken)
    compiled._load.cache_clear()
    loaded, reason = compiled._load()
    compiled._load.cache_clear()
    assert loaded is None
    assert "cannot be loaded" in reason


def test_choosing_a_kernel_imports_no_numpy() -> None:
    code = "import sys; from approx_build.kernels import compiled; compiled.describe(); "
    code += "print('numpy' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
