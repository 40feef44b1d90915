"""Whatever is done to a score, loading it says what is wrong and never breaks."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approx_build.errors import ApproxError, ScoreError
from tests.score.scores import PIECE, Project

MOVEMENT = """\
score: 1
movement: fog
length: "1:00"
tempo: [ { at: 0, bpm: 60, ramp: true }, { at: bar 5, bpm: 120 } ]
meter: [ { at: bar 1, meter: 4/4 }, { at: bar 3, meter: 6/8 } ]
takes:
  fog: &fog { model: accordionator, step: 0, count: 12, length_s: 3, seed: 11 }
  guess: { <<: *fog, prime: { take: fog, clip: 2, start_s: 1.5, length_s: 0.5 }, length_s: 6 }
parts:
  machine:
    gain_db: [["0:00", -3], [bar 3.1, 0]]
    solo: true
    events:
      - { at: 0, id: a, hold: { from: fog, clip: 3, length_s: 20 }, gain_db: -9, fade_in_s: 8 }
      - { at: bar 3.2+1/3, play: { from: [guess, a/*, { part: echo }] }, through: [play] }
      - at: 5
        pulse: { from: fog, length_s: 4, pattern: [0, { beat: 1.5, accent_db: 3 }, 3] }
        through: [{ harmonic: { margin: 2 } }, reverse]
  echo:
    events:
      - { at: 50, pan: [[0, -1], [2 beats, 1]], play: { from: { take: guess, start_s: 1 } } }
  chance:
    compose:
      - { at: bar 2, id: waltz, dice: { measures: { take: fog }, throws: [7, [3, 4]], bar_s: 0.5 } }
      - at: 30
        padberg: { text: molly jones, unit: 0.01, form: fugue, from: guess, at_hz: 440 }
        through: [reverse]
cues: [ { at: "0:45", for: accordion, text: "answer the low reed" } ]
expect: [ { silence: ["0:31", "0:38"], below_dbfs: -90 }, { peak_dbfs_below: -3 } ]
"""
ODD = st.sampled_from(
    ["", "null", "-1", "0", "1e300", "[]", "{}", "[[]]", "true", "'x'", "*fog", "&fog 1", "<<", "~"]
) | st.sampled_from(
    ["a/b", "..", "é", "\t", "9" * 20, "|", "bar 0", "2 bars", "- x", "? y", "!x 1", "0:00"]
)
TOKENS = [piece for piece in MOVEMENT.replace(",", " , ").replace(":", " :").split(" ") if piece]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The score with some of its words replaced, removed or doubled, or its characters cut."""
    text = MOVEMENT
    for _ in range(draw(st.integers(1, 4))):
        token = draw(st.sampled_from(TOKENS))
        place = draw(st.integers(0, len(text)))
        start = text.find(token, place)
        start, length = (start, len(token)) if start >= 0 else (place, draw(st.integers(0, 5)))
        text = text[:start] + draw(ODD | st.just(token * 2)) + text[start + length :]
    return text


def test_the_score_is_good_before_it_is_changed(project: Project) -> None:
    project.movement(MOVEMENT)
    assert len(project.load().movements) == 1


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(Path(tmp_path_factory.mktemp("fuzz")))


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=mutated())
def test_a_changed_movement_loads_or_is_refused_with_located_faults(
    shared_project: Project, text: str
) -> None:
    shared_project.piece(PIECE)
    shared_project.movement(text)
    try:
        shared_project.load()
    except ScoreError as error:
        lines = len(text.split("\n"))
        assert all(1 <= fault.where.line <= lines for fault in error.faults)  # noqa: PT017


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_changed_piece_loads_or_is_refused(shared_project: Project, data: st.DataObject) -> None:
    text = PIECE + "output: { rate: 44100 }\nplayers: [a]\ngap_s: 2\n"
    place = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 12))
    shared_project.piece(text[:place] + data.draw(ODD) + text[place + cut :])
    shared_project.movement(MOVEMENT)
    with contextlib.suppress(ApproxError):
        shared_project.load()
