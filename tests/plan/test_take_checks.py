"""Takes that do not fit their networks, said where they are written."""

from __future__ import annotations

from datetime import date

import pytest

from approx_build.plan.catalog import Catalog
from approx_build.plan.take_checks import take_faults
from tests.score.scores import loaded
from tests.space import WAVE, Space

LINE = "  cry: { model: tiny, count: 3, length_s: 0.3 }"


def faults(project: Space, take: str) -> list[str]:
    """What is wrong with a take of the piece, from its column on."""
    project.write("models/wave.yaml", WAVE)
    project.edit("pieces/tide.yaml", LINE, f"{LINE}\n  sob: {{ {take} }}")
    score = loaded(project.root / "pieces/tide.yaml")
    found = take_faults(score, Catalog(project.root, date(2026, 5, 1)))
    return [f"{fault.where.line}:{fault.where.column}: {fault.message}" for fault in found]


@pytest.mark.parametrize(
    ("take", "said"),
    [
        (
            "model: wave, length_s: 0.1, top_k: 3",
            "8:38: takes.sob.top_k: networks of family dance-diffusion do not have this control; "
            "models/wave.yaml lists its controls under `sampling`",
        ),
        (
            "model: wave, length_s: 0.1, sampling: { step: 3 }",
            "8:50: takes.sob.sampling.step: networks of family dance-diffusion do not have this "
            "control; did you mean 'steps'?",
        ),
        (
            "model: wave, length_s: 0.1, sampling: { steps: 0 }",
            "8:57: takes.sob.sampling.steps: must be at least 1 (is 0)",
        ),
        (
            "model: wave, length_s: 0.1, sampling: { sampler: lms, schedule: crash }",
            "8:48: takes.sob.sampling: schedule: crash begins at pure noise, which sampler lms "
            "does not support; use log, karras or polyexponential",
        ),
        (
            "model: tiny, length_s: 0.1, vary: { take: cry, noise_level: 0.5 }",
            "8:38: takes.sob.vary: tiny is a network of family wavenet, which cannot vary; "
            "possible with it: prime; models that can vary: wave",
        ),
        (
            "model: tiny, length_s: 0.1, sampling: { steps: 3 }",
            "8:50: takes.sob.sampling.steps: networks of family wavenet do not have this control; "
            "there are: temperature, top_k, towards_silence",
        ),
        (
            "model: wave, length_s: 0.1, sampling: { sampler: heun }, "
            "between: { first: { take: cry }, second: { take: cry } }",
            "8:67: takes.sob.between: sampler heun cannot run from sound to noise, which "
            "interpolation needs; use ddim or iplms with eta 0",
        ),
        (
            "model: wave, length_s: 0.05, vary: { take: cry, start_s: 0.25, noise_level: 0.5 }",
            "8:45: takes.sob.vary: has 0.05 s of sound from 0.25 s on; the network needs at least "
            "500 samples, 0.0625 s",
        ),
        (
            "model: wave, length_s: 0.05, "
            "inpaint: { recording: tones/low, start_s: 0.75, missing_s: [[0, 0.01]] }",
            "8:48: takes.sob.inpaint: has 0.05 s of sound from 0.75 s on; the network needs at "
            "least 500 samples, 0.0625 s",
        ),
    ],
)
def test_what_a_network_cannot_do_is_reported_at_its_place(
    project: Space, take: str, said: str
) -> None:
    assert faults(project, take) == [said]


@pytest.mark.parametrize(
    "take",
    [
        "model: wave, length_s: 0.1, vary: { take: cry, noise_level: 0.5 }",
        "model: wave, length_s: 0.05, vary: { take: cry, start_s: 0.236, noise_level: 0.5 }",
        "model: wave, length_s: 0.1, prime: { take: cry, start_s: 0.29 }",
        "model: wave, length_s: 0.1, sampling: { steps: 9, sampler: dpmpp-2m-sde, eta: 0.3 }",
        "model: tiny, length_s: 0.1, temperature: 0.5",
        "model: nobody, length_s: 0.1, vary: { take: cry, noise_level: 0.5 }",
    ],
)
def test_what_fits_and_what_others_say_is_no_fault_here(project: Space, take: str) -> None:
    assert faults(project, take) == []
