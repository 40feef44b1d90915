"""What `check` says of sound files and patterns, so that no render fails for it later."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.errors import ScoreError
from approx_build.plan.catalog import Catalog
from approx_build.plan.check import check
from approx_build.plan.lower import lower
from tests.plan.conftest import TODAY
from tests.space import CONSENT, Space

TIDE, FOAM = "pieces/tide.yaml", "pieces/tide/1-foam.yaml"
LOW = "play: { from: tones/low }"


def faults(project: Space) -> list[str]:
    try:
        check(project.root / TIDE, Catalog(project.root, TODAY))
    except ScoreError as error:
        return [fault.message for fault in error.faults]
    return []


def odd(project: Space, **lengths: int) -> None:
    project.write("models/corpora/odd/consent.yaml", CONSENT.replace("tones", "odd"))
    for name, length in lengths.items():
        project.sound(f"models/corpora/odd/{name}.wav", np.ones(length) / 3)


def test_an_event_is_checked_with_the_recording_that_its_seed_draws(project: Space) -> None:
    odd(project, long=8000, short=400)
    asked = "pulse: { from: odd/*, rate_hz: 4, length_s: 0.4, grain_s: 0.1 }, seed: %d"
    before, said = LOW, dict[int, list[str]]()
    for seed in range(8):
        project.edit(FOAM, before, asked % seed)
        before = asked % seed
        said[seed] = faults(project)
    refused = [seed for seed in said if said[seed]]
    assert 0 < len(refused) < 8
    for seed in refused:
        assert said[seed] == [
            "parts.shore.events[0].pulse: a grain of 0.1 s from 0.0 s on ends after the clip "
            "(0.050 s); the seed draws odd/short (0.05 s)"
        ]
    # The graph has what the check said.
    for seed in set(range(8)) - {*refused}:
        project.edit(FOAM, before, asked % seed)
        before = asked % seed
        graph = lower(check(project.root / TIDE, Catalog(project.root, TODAY))).graph
        assert not any("odd/short" in target for target in graph.actions)


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ("salad: { from: odd/*, length_s: 0.5 }", "salad: clip 2 lasts 0.0050 s; grains need"),
        ("scatter: { from: odd/short, length_s: 0.5, grain_s: 0.1 }", "scatter: a grain of 0.1 s"),
        ("hold: { from: odd/short, length_s: 0.5, start_s: 0.1 }", "hold: the grain would start"),
        ("stretch: { from: odd/short, length_s: 0.5 }", "stretch: 0.005 s to 0.500 s is a factor"),
        ("play: { from: odd/short, start_s: 0.1 }", "play.from: begins at 0.1 s, after the end"),
    ],
)
def test_a_source_that_is_too_short_is_refused(
    project: Space, operation: str, message: str
) -> None:
    odd(project, long=8000, short=40)
    project.edit(FOAM, LOW, operation)
    [fault] = faults(project)
    assert fault.startswith(f"parts.shore.events[0].{message}")


def test_files_that_cannot_be_used_are_reported_at_their_places(project: Space) -> None:
    odd(project, fine=800)
    project.write("models/corpora/odd/words.wav", "no sound")
    project.write("models/corpora/odd/empty.wav", "")
    project.sound("models/corpora/odd/four.wav", np.ones((800, 4)) / 3)
    project.sound("models/corpora/odd/silent.wav", np.zeros(800))
    said = {
        "words": "not a sound file that can be read (Format not recognised.)",
        "empty": "the file is empty (0 bytes)",
        "four": "the file has 4 channels; at most 2 can be used",
        "silent": "there is only silence in this range",
    }
    before = LOW
    for name, words in said.items():
        path = f"models/corpora/odd/{name}.wav"
        for source in (f"odd/{name}", f"{{ file: ../../{path} }}"):
            project.edit(FOAM, before, f"play: {{ from: {source} }}")
            before = f"play: {{ from: {source} }}"
            assert faults(project) == [f"parts.shore.events[0].play.from: {path}: {words}"]
    project.edit(FOAM, before, LOW)
    old = "early: { model: tiny, step: 0, count: 2, length_s: 0.2"
    project.edit(FOAM, old, f"{old}, prime: {{ recording: odd/silent, length_s: 0.05 }}")
    assert faults(project) == [
        "takes.early.prime: models/corpora/odd/silent.wav: there is only silence in this range"
    ]


def test_a_bad_file_that_the_seed_does_not_draw_is_no_fault(project: Space) -> None:
    odd(project, fine=800)
    project.write("models/corpora/odd/words.wav", "no sound")
    before, said = LOW, list[list[str]]()
    for seed in range(8):
        project.edit(FOAM, before, f"play: {{ from: odd/* }}, seed: {seed}")
        before = f"play: {{ from: odd/* }}, seed: {seed}"
        said.append(faults(project))
    assert [] in said
    refused = [one for one in said if one]
    assert refused
    assert all(
        one[0].endswith("(Format not recognised.); the seed draws odd/words") for one in refused
    )
