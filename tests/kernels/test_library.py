from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from approx_build.errors import UsageError
from approx_build.kernels import library
from approx_build.kernels.library import Kernel, Library


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which nothing was compiled."""
    monkeypatch.delenv(library.VARIABLE, raising=False)
    monkeypatch.setattr(library, "built_path", lambda *_: None)
    library._load.cache_clear()
    library.available.cache_clear()
    library._best_for_rows.cache_clear()
    yield
    library._load.cache_clear()
    library.available.cache_clear()
    library._best_for_rows.cache_clear()


def test_the_best_kernel_is_chosen_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(library.VARIABLE, raising=False)
    assert library.choose() is library.available()[0]
    monkeypatch.setenv(library.VARIABLE, "reference")
    assert library.choose() is Kernel.REFERENCE
    assert library.describe()["kernel"] == "reference"


def test_an_argument_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(library.VARIABLE, "reference")
    assert library.choose(library.available()[0]) is library.available()[0]


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
    monkeypatch.delenv(library.VARIABLE, raising=False)
    monkeypatch.setattr(library, "_load", lambda: (Halving(features), ""))
    library.available.cache_clear()
    library._best_for_rows.cache_clear()
    assert library.choose() is plain
    assert library.choose(many_rows=True) is for_rows
    monkeypatch.setenv(library.VARIABLE, "baseline")
    assert library.choose(many_rows=True) is Kernel.BASELINE
    library.available.cache_clear()
    library._best_for_rows.cache_clear()


def test_an_unknown_kernel_is_named_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(library.VARIABLE, "sse9")
    with pytest.raises(UsageError, match=r"APPROX_KERNEL=sse9: no such kernel; there are: avx512"):
        library.choose()


def test_a_kernel_is_the_slower_the_fewer_floats_it_takes_at_once_and_slow_without_fusing() -> None:
    times = [library.product_time(kernel) for kernel in library.available()]
    assert times == sorted(times)
    assert len(set(times)) == len(times)
    for kernel in set(library.available()) - {Kernel.REFERENCE}:
        can_fuse = bool(library.function("fused_is_instruction", kernel)())
        assert can_fuse == (library.product_time(kernel) < 20)
        assert can_fuse or kernel is Kernel.BASELINE


@pytest.mark.usefixtures("no_library")
def test_without_a_library_the_reference_serves_and_says_so() -> None:
    assert library.choose() is Kernel.REFERENCE
    description = library.describe()
    assert description["available"] == ["reference"]
    assert description["library"] is None
    assert not library.is_there(Library.TRAINING)
    assert "no C compiler" in description["note"]


@pytest.mark.usefixtures("no_library")
def test_a_kernel_that_is_not_there_is_refused_with_the_reason() -> None:
    with pytest.raises(UsageError, match=r"kernel avx2: cannot run here .*not compiled"):
        library.choose("avx2")


def test_a_library_built_from_other_sources_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    if library.built_path() is None:
        pytest.skip("the kernels are not compiled here")
    monkeypatch.setattr(library, "_sources_digest", lambda _: "0" * 64)
    library._load.cache_clear()
    with pytest.raises(UsageError, match="built from other sources; build it again: cmake"):
        library._load()


def test_a_file_that_is_no_library_leaves_the_reference_to_serve(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "libapprox_kernels.so"
    broken.write_bytes(b"no library")
    monkeypatch.setattr(library, "built_path", lambda *_: broken)
    library._load.cache_clear()
    loaded, reason = library._load()
    library._load.cache_clear()
    assert loaded is None
    assert "cannot be loaded" in reason


def test_choosing_a_kernel_imports_no_numpy() -> None:
    code = "import sys; from approx_build.kernels import library; library.describe(); "
    code += "print('numpy' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
