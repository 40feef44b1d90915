"""The objective: the published weights."""

from __future__ import annotations

from approx_build.families.catch_a_waveform.objective import Objective


def test_the_defaults_are_those_of_the_published_code_for_music() -> None:
    found = Objective()
    assert (found.penalty, found.spectra, found.samples) == (0.01, 1e-4, 0)
    assert found.loud_second
