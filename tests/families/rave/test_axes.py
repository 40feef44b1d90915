"""Principal axes: orthonormal, in the order of their variance, with their signs fixed."""

from __future__ import annotations

import numpy as np

from approx_build.families.rave.axes import axes_for, fidelity, principal_axes, warnings


def latents() -> np.ndarray:
    rng = np.random.default_rng(4)
    flipped = np.linalg.qr(rng.standard_normal((5, 5)))[0]
    spread = np.array([0.1, 3.0, 0.5, 1.0, 0.0])
    return rng.standard_normal((4000, 5)) * spread @ flipped + 7.0


def test_axes_are_orthonormal_and_fall_in_variance() -> None:
    found = principal_axes(latents())
    axes, deviation = found["latent.axes"], found["latent.deviation"]
    np.testing.assert_allclose(axes @ axes.T, np.eye(5), atol=1e-6)
    assert (np.diff(deviation) <= 0).all()
    np.testing.assert_allclose(deviation, [3, 1, 0.5, 0.1, 0], rtol=0.05, atol=1e-6)
    assert (np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1) > 0).all()


def test_latents_can_be_restored_from_all_axes() -> None:
    given, found = latents(), principal_axes(latents())
    along = (given - found["latent.mean"]) @ found["latent.axes"].T
    np.testing.assert_allclose(along.std(axis=0), found["latent.deviation"], rtol=1e-3, atol=1e-4)
    back = along @ found["latent.axes"] + found["latent.mean"]
    np.testing.assert_allclose(back, given, atol=1e-4)


def test_fidelity_rises_to_1_and_gives_the_number_of_sufficient_axes() -> None:
    deviation = np.array([3, 1, 0.5, 0.1, 0], np.float32)
    held = fidelity(deviation)
    assert held[-1] == 1
    np.testing.assert_allclose(held[:2], [9 / 10.26, 10 / 10.26], rtol=1e-6)
    assert axes_for(deviation, 0.95) == 2
    assert axes_for(deviation, 0.5) == 1


def test_latents_without_variance_are_reported_as_collapsed() -> None:
    found = principal_axes(np.full((100, 4), 2.0) + 0.1 * np.random.default_rng(0).random((100, 4)))
    [words] = warnings(found)
    assert "collapsed" in words
    assert "4 axes" in words
    assert fidelity(np.zeros(3, np.float32)).tolist() == [0, 0, 0]
    assert axes_for(np.zeros(3, np.float32), 0.95) == 3
    assert warnings(principal_axes(latents())) == []


def test_latents_on_a_single_axis_are_reported_as_nearly_collapsed() -> None:
    spread = np.random.default_rng(0).standard_normal((1000, 4)) * [1, 0.1, 0.1, 0.1]
    [words] = warnings(principal_axes(spread))
    assert "nearly collapsed: the first of 4 axes holds 97 %" in words
    assert warnings(principal_axes(spread[:, :1])) == []
