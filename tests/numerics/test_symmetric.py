"""Eigenvectors of symmetric matrices against LAPACK, and without a difference in any bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.numerics.symmetric import covariance, eigenvectors


def symmetric(rows: int, seed: int, rank: int | None = None) -> np.ndarray:
    parts = np.random.default_rng(seed).standard_normal((rows, rows if rank is None else rank))
    return parts @ parts.T


@given(st.integers(1, 12), st.integers(0, 10_000), st.floats(1e-30, 1e30))
def test_values_and_vectors_rebuild_the_matrix(rows: int, seed: int, scale: float) -> None:
    matrix = scale * symmetric(rows, seed)
    values, vectors = eigenvectors(matrix)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(rows), atol=1e-13)
    np.testing.assert_allclose(
        vectors * values @ vectors.T, matrix, rtol=0, atol=1e-13 * rows * np.abs(matrix).max()
    )


@pytest.mark.parametrize("rows", [1, 2, 16, 128])
def test_values_equal_those_of_lapack(rows: int) -> None:
    matrix = symmetric(rows, seed=rows)
    values, _ = eigenvectors(matrix)
    np.testing.assert_allclose(
        np.sort(values), np.linalg.eigvalsh(matrix), rtol=1e-11, atol=1e-11 * values.max()
    )


@pytest.mark.parametrize("matrix", [np.zeros((5, 5)), np.eye(4), np.diag([3.0, -1.0, 2.0])])
def test_a_diagonal_matrix_stays_as_it_is(matrix: np.ndarray) -> None:
    values, vectors = eigenvectors(matrix)
    np.testing.assert_array_equal(values, np.diagonal(matrix))
    np.testing.assert_array_equal(vectors, np.eye(len(matrix)))


def test_a_matrix_of_low_rank_has_values_of_zero() -> None:
    values, _ = eigenvectors(symmetric(8, seed=1, rank=3))
    assert (np.abs(np.sort(np.abs(values))[:5]) < 1e-13 * values.max()).all()


def test_the_place_of_the_values_in_memory_changes_no_bit() -> None:
    rng = np.random.default_rng(5)
    values = rng.standard_normal((1000, 24))
    expected = eigenvectors(covariance(values))
    for shift in range(1, 8):
        moved = np.empty(values.size + 8)[shift : shift + values.size].reshape(values.shape)
        moved[:] = values
        for found, wanted in zip(eigenvectors(covariance(moved)), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)


def test_covariances_equal_those_of_numpy() -> None:
    values = np.random.default_rng(6).standard_normal((500, 7))
    values -= values.mean(axis=0)
    np.testing.assert_allclose(
        covariance(values), np.cov(values, rowvar=False, bias=True), atol=1e-12
    )
