from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from approx_build.kernels.fused import add_in_order, fused
from tests.kernels.fused_cases import (
    Floats,
    Form,
    compiled_forms,
    differences,
    edges,
    expected,
    form_of,
    in_whole_numbers,
    triples,
)

COUNT = 150_000
"""Random triples; `just prove-full` takes a hundred times as many."""
CORE = Path(__file__).parents[2] / "approx_build/kernels/csrc/core"
Known = list[tuple[tuple[Floats, Floats, Floats], NDArray[np.uint32]]]
FORMS: dict[str, Form] = {"NumPy": fused, **compiled_forms()}


def rounded_twice(a: Floats, b: Floats, c: Floats) -> Floats:
    with np.errstate(all="ignore"):
        return np.asarray((a.astype(np.float64) * b + c).astype(np.float32))


def test_whole_numbers_round_to_the_nearest_float_and_ties_to_even() -> None:
    last = 2.0**-23
    for c, bits in ((1.0, 0x3F800000), (1 + last, 0x3F800002)):
        assert in_whole_numbers(2.0**-12, 2.0**-12, c) == bits
    assert in_whole_numbers(2.0**-12, 2.0**-12 + 2.0**-35, 1.0) == 0x3F800001
    assert in_whole_numbers(2.0**-75, 2.0**-75, 0.0) == 0  # half the least float
    assert in_whole_numbers(2.0**-75, -(2.0**-75), 0.0) == 0x80000000
    assert in_whole_numbers(2.0**-75, 1.5 * 2.0**-75, 0.0) == 1
    assert in_whole_numbers(2.0**64, 2.0**63, 2.0**127) == 0x7F800000
    assert in_whole_numbers(2.0**-1, 2.0**-126, 0.0) == 0x00400000


@pytest.fixture(scope="module")
def known() -> Known:
    """Cases, and what they come to."""
    return [(given, expected(*given)) for given in (edges(), *triples(COUNT))]


@pytest.mark.parametrize("name", FORMS)
def test_every_form_rounds_once_as_whole_numbers_do(name: str, known: Known) -> None:
    assert [differences(FORMS[name](*given), bits) for given, bits in known] == [0] * len(known)


def test_the_cases_would_find_a_second_rounding(
    known: Known,
) -> None:
    found = [differences(rounded_twice(*given), bits) for given, bits in known]
    assert sum(count > 0 for count in found) >= 5, found


@pytest.mark.parametrize("lanes", [4, 8, 16])
def test_the_form_without_an_instruction_is_exact_with_vectors_of_any_width(
    lanes: int,
    tmp_path: Path,
    known: Known,
) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler is installed")
    library = tmp_path / "soft.so"
    flags = ["-O3", "-shared", "-fPIC", "-w", "-ffp-contract=off", "-DAPPROX_KERNEL=soft"]
    flags += [f"-DAPPROX_LANES={lanes}", "-DAPPROX_FUSED_SOFT", f"-I{CORE.parent}"]
    subprocess.run([compiler, *flags, str(CORE / "fused.c"), "-o", str(library)], check=True)
    form = form_of(ctypes.CDLL(str(library))["fused_terms_soft"])
    assert [differences(form(*given), bits) for given, bits in known] == [0] * len(known)


@pytest.mark.parametrize("bits", [3, 24])
def test_terms_add_one_after_the_other_each_rounded_once(bits: int) -> None:
    """With numbers of few bits, many sums are halfway between two floats."""
    numbers = np.random.default_rng(bits)
    whole = numbers.integers(-(1 << bits), 1 << bits, (2, 300, 4, 3))
    x, w = (whole * 2.0 ** numbers.integers(-16, 12, whole.shape)).astype(np.float32)
    total = first = numbers.standard_normal((4, 3)).astype(np.float32)
    for given, weight in zip(x, w, strict=True):
        total = expected(given.ravel(), weight.ravel(), total.ravel()).view(np.float32)
        total = total.reshape(first.shape)
    made = add_in_order(first, np.multiply(x, w, dtype=np.float64))
    np.testing.assert_array_equal(made, total)


def test_no_terms_leave_a_sum_as_it_is() -> None:
    total = np.array([[1.5, -0.0]], np.float32)
    np.testing.assert_array_equal(add_in_order(total, np.zeros((0, 1, 2))), total)
