"""Generators in a project: their events sound, follow recordings, and can be printed and edited."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.space import RATE, Space, project, tone

STROKES_S = [round(0.1 + 0.37 * index + 0.02 * (index % 3), 3) for index in range(16)]
PIECE = """\
score: 1
piece: tide
seed: 3
output: { rate: 8000, dither: none }
movements: [tide/1-waltz.yaml, tide/2-name.yaml]
"""
WALTZ = """\
score: 1
movement: waltz
length: 18
tempo: 180
meter: 3/4
parts:
  player:
    compose:
      - at: bar 2
        dice:
          measures: { recordings: tones/strokes, onsets: { apart_s: 0.2 } }
          throws: [7, [3, 4]]
          repeats: false
          crossfade_s: 0.01
"""
NAME = """\
score: 1
movement: name
length: 8
parts:
  player:
    events:
      - { at: 7, play: { from: { recording: tones/low, length_s: 0.5 } } }
    compose:
      - at: 0.5
        padberg:
          text: harriet padberg
          length: 3
          longest: 60
          voices: [{ pan: -1 }, { semitones: -12, entry: 1, turn: inversion, pan: 1 }]
          from: tones/low
          at_hz: 200
          fill: repeat
"""
SCORE = "pieces/tide/1-waltz.yaml"


def strokes(times_s: list[float]) -> np.ndarray:
    """A stroke of a tone, dying away, at each of these times [T]."""
    sound = np.zeros(round(6.6 * RATE))
    for number, time_s in enumerate(times_s):
        start = round(time_s * RATE)
        ring = tone(300 + 40 * number, 0.3)
        sound[start : start + len(ring)] += ring * np.exp(-np.arange(len(ring)) / 600)
    return sound


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Space:
    space = project(tmp_path_factory.mktemp("compose") / "project")
    space.write("pieces/tide.yaml", PIECE)
    space.write(SCORE, WALTZ)
    space.write("pieces/tide/2-name.yaml", NAME)
    space.sound("models/corpora/tones/strokes.wav", strokes(STROKES_S))
    space.render()
    return space


@pytest.fixture
def tide(rendered: Space, tmp_path: Path) -> Space:
    return rendered.copy(tmp_path / "project")


def printed(space: Space, score: str, *words: str) -> str:
    """What `compose` prints, in place of `compose` in the text of a score."""
    events = space.run("compose", "pieces/tide.yaml", "player", *words).out
    text = (space.root / score).read_text(encoding="utf-8")
    head, _, _ = text.partition("    compose:")
    # Events by hand stay: what is printed follows them.
    lines = events.splitlines()[1:] if "events:" in head else events.splitlines()
    return head + "".join(f"    {line}\n" for line in lines)


def test_every_measure_begins_with_its_stroke_at_its_bar_line(rendered: Space) -> None:
    sound = rendered.ints("tide/1-waltz.wav")[0].astype(float)
    bars = [np.abs(sound[second * RATE : (second + 1) * RATE]) for second in range(18)]
    assert not bars[0].any()
    assert not bars[-1].any()
    for bar in bars[1:17]:
        # 5 ms before the stroke, and at most one more stroke in a second's measure.
        loud = np.flatnonzero(bar > 0.5 * bar.max())[0]
        assert 0.004 <= loud / RATE <= 0.012


@pytest.mark.parametrize(("score", "movement"), [(SCORE, "1"), ("pieces/tide/2-name.yaml", "2")])
def test_printed_events_in_place_of_the_generator_render_the_same_samples(
    tide: Space, score: str, movement: str
) -> None:
    before = tide.digests()
    tide.write(score, printed(tide, score, "--movement", movement))
    assert "compose" not in (tide.root / score).read_text().replace("its compose", "")
    outcome = tide.render("--locked")
    assert not outcome.ran()
    assert tide.digests() == before


def test_one_event_of_what_was_printed_can_be_changed(tide: Space) -> None:
    tide.write(SCORE, printed(tide, SCORE, "--movement", "1"))
    before = tide.digests()
    line = next(one for one in (tide.root / SCORE).read_text().splitlines() if "bar 5" in one)
    tide.edit(SCORE, line, line.replace("play:", "reverse:"))
    ran = tide.render().ran()
    assert len([target for target in ran if "/events/" in target]) == 1
    changed = {name for name, digest in tide.digests().items() if before[name] != digest}
    assert changed == {"1-waltz/stems/player", "1-waltz/master", "piece/whole"}


def test_the_log_has_a_line_for_each_throw_and_letter(rendered: Space) -> None:
    waltz = rendered.run("compose", "pieces/tide.yaml", "player", "-m", "1", "--log").out
    assert waltz.splitlines()[:2] == [
        "bar 1, throw 7, measure 104",
        "bar 2, throw 3 + 4 = 7, measure 157",
    ]
    name = rendered.run("compose", "pieces/tide.yaml", "player", "-m", "2", "--log").out
    golden = Path(__file__).parents[1] / "golden" / "generators" / "harriet-padberg.txt"
    assert name == golden.read_text(encoding="utf-8")


def test_compose_says_what_it_cannot_print(rendered: Space) -> None:
    asked = ("compose", "pieces/tide.yaml")
    assert rendered.fails(*asked, "plaier", code=2) == (
        "approx-build: there is no part 'plaier'; did you mean 'player'?"
    )
    assert rendered.fails(*asked, "player", code=2) == (
        "approx-build: part 'player' is in movements 1 (1-waltz), 2 (2-name); choose one by "
        "--movement"
    )


def test_a_part_written_by_hand_has_nothing_to_print(tide: Space) -> None:
    tide.write(SCORE, printed(tide, SCORE, "--movement", "1"))
    said = tide.fails("compose", "pieces/tide.yaml", "player", "-m", "1", code=2)
    assert said.endswith("part 'player' has no generators; its events are written by hand")


def test_a_recording_with_other_onsets_is_cut_elsewhere(tide: Space) -> None:
    assert not tide.render().ran()
    asked = ("compose", "pieces/tide.yaml", "player", "-m", "1")
    before = tide.run(*asked)
    later = [time_s + 0.05 for time_s in STROKES_S]
    tide.sound("models/corpora/tones/strokes.wav", strokes(later))
    after = tide.run(*asked)
    assert before.out != after.out
    assert before.out.count("m104") == after.out.count("m104") == 1
    assert tide.render().ran()


def test_a_recording_without_enough_attacks_is_a_fault(tide: Space) -> None:
    tide.sound("models/corpora/tones/strokes.wav", strokes(STROKES_S[:5]))
    assert (
        "1-waltz.yaml:11:21: parts.player.compose[0].dice.measures: gives 5 measures, and two dice "
        "choose among 11; name or cut more recordings"
    ) in tide.check()


def test_a_withdrawal_names_the_movement_that_a_generator_made_of_it(tide: Space) -> None:
    told = tide.run("corpus", "withdraw", "tones", "strokes").out
    assert "movements made again: 1-waltz" in told
    tide.run("corpus", "withdraw", "tones", "strokes", "--apply")
    assert "asked for at pieces/tide/1-waltz.yaml:9:9; this stops movement" in tide.check()


def test_an_event_has_the_place_of_its_generator_and_the_measure_in_its_name(
    rendered: Space,
) -> None:
    target = "1-waltz/events/player/dice-bar1-m104"
    why = rendered.run("why", "pieces/tide.yaml", target).out
    assert f"{target} (event)" in why
    assert "requested at pieces/tide/1-waltz.yaml:9:9" in why


def test_the_page_says_how_generators_came_to_their_events(rendered: Space) -> None:
    page = (rendered.root / "renders/tide/index.html").read_text(encoding="utf-8")
    assert page.count("How its generators came to them") == 2
    assert "<li>bar 2, throw 3 + 4 = 7, measure 157</li>" in page
    assert "<li>letter h, freq 568.3333, rhythm_interval 1</li>" in page
