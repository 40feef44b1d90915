"""Previews: a range of a movement, or some parts of it, beside what a render delivers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from approx_build import PreviewOptions, Project, Settings
from approx_build.audio import wav
from approx_build.files.fingerprint import fingerprint
from tests.e2e.edits import as_if_old, is_light
from tests.space import Space

TIDE, FOAM = "pieces/tide.yaml", "pieces/tide/1-foam.yaml"
PREVIEW = "renders/previews/tide"
FULL_SCALE = 1 << 23

METRIC = """\
score: 1
movement: foam
length: 4 bars
tempo: [{ at: 0, bpm: 480, ramp: true }, { at: bar 4, bpm: 960 }]
sections: { A: bar 1, B: bar 3 }
parts:
  shore:
    gain_db: [[0, -12], [bar 4, -3]]
    events:
      - { at: 0, play: { from: { recording: tones/low, length_s: 0.2 } }, gain_db: -6 }
      - { at: B, play: { from: { recording: tones/high, length_s: 0.3 } }, gain_db: -6 }
"""


def ints(path: Path) -> NDArray[np.float64]:
    """A preview in units of the last place of 24 bits [C, T]."""
    return wav.read(path).data.astype(np.float64) * FULL_SCALE


def mix(space: Space, movement: str) -> NDArray[np.int64]:
    """The sum of the delivered stems of a movement [C, T]."""
    stems = (space.root / "renders/tide/stems" / movement).iterdir()
    return sum((wav.read_pcm24_ints(path).astype(np.int64) for path in stems), np.int64(0))


def delivered(space: Space) -> Mapping[str, object]:
    """What a preview must leave alone, with the times of the files."""
    files = [*(space.root / "renders").rglob("*"), *(space.root / "pieces").rglob("*")]
    states = (space.root / ".approx/states").rglob("*")
    kept = (path for path in [*files, *states] if path.is_file() and "previews" not in path.parts)
    return {str(path): (fingerprint(path), path.read_bytes()) for path in kept}


def test_a_preview_is_that_range_of_the_mix_to_the_bit(built: Space) -> None:
    whole = mix(built, "1-foam")
    for start, stop in ((0.3, 1.25), (0, 0.0071), (0.9001, 1.5), (1.45, 1.5)):
        built.render("-m", "1", "--from", str(start), "--to", str(stop))
        first, last = round(start * 8000), round(stop * 8000)
        name = f"mix-0m{start:06.3f}s-0m{stop:06.3f}s.wav"
        assert np.array_equal(ints(built.root / PREVIEW / "1-foam" / name), whole[:, first:last])


def test_curves_of_a_part_and_dither_run_through_a_range(space: Space) -> None:
    space.write(FOAM, METRIC)
    space.render()
    outcome = space.render("-m", "1-foam", "--from", "bar 2.3", "--to", "B + 1/4")
    [path] = (space.root / PREVIEW / "1-foam").iterdir()
    assert outcome.out.splitlines()[-1].startswith(f"{path.relative_to(space.root)}: 0:00.")
    project = Project.open(space.root, Settings.of())
    [movement] = project.piece("tide").movements(["1"])
    from approx_build.metric.time import moment

    first, last = (
        round(movement.movement.tempo.seconds(moment(time)) * 8000)
        for time in ("bar 2.3", "B + 1/4")
    )
    assert np.array_equal(ints(path), mix(space, "1-foam")[:, first:last])
    assert np.abs(ints(path)).max() > 1000


def test_only_what_sounds_in_the_range_is_made(space: Space) -> None:
    # The hold from 0.9 to 1.4 s sounds into the range; the salad ends before it.
    ran = space.render("-m", "1", "--from", "1.3", "--to", "1.4").ran()
    [event] = [target for target in ran if "/events/" in target]
    [clip] = [target for target in ran if target.startswith("clips/")]
    assert clip.startswith("clips/piece/takes/cry/2/")
    assert ran - {event, clip, "models/tiny/4", "models/tiny/run"} == {
        "piece/takes/cry/2",
        "1-foam/excerpts/10400-11200/stems/spray",
        "1-foam/excerpts/10400-11200/mix",
    }


def test_what_is_cached_is_used_and_an_event_elsewhere_changes_nothing(built: Space) -> None:
    asked = ("-m", "1", "--from", "1.3", "--to", "1.35")
    ran = built.render(*asked).ran()
    assert {target.rsplit("/", 1)[1] for target in ran} == {"mix", "spray"}
    built.edit(FOAM, "at: 0.2, play:", "at: 0.1, play:")
    assert built.render(*asked).ran() == set()
    built.edit(FOAM, "gain_db: -12 }\n      - ", "gain_db: -13 }\n      - ")
    assert built.render(*asked).ran() == set()


def test_a_preview_leaves_delivered_files_lock_and_state_alone(built: Space) -> None:
    with as_if_old():
        # The paths of the copy are new to it.
        built.render()
        assert is_light(built)
        before = delivered(built)
        outcome = built.render("-m", "2", "--from", "0.1", "--to", "0.2")
        assert "delivered files, page and lock are unchanged" in outcome.out
        built.render("--part", "shore")
        assert delivered(built) == before
        assert is_light(built)
    assert built.render().out.endswith("nothing to do\n")


def test_a_part_alone_is_a_preview_of_its_whole_stem(space: Space) -> None:
    outcome = space.render("--part", "shore")
    files = [p for p in (space.root / "renders").rglob("*") if p.is_file()]
    assert files == [space.root / PREVIEW / "1-foam/shore.wav"]
    assert not (space.root / "pieces/tide.lock").exists()
    assert {"1-foam/stems/shore", "1-foam/excerpts/0-12000/shore"} <= outcome.ran()
    space.render()
    stem = space.ints("tide/stems/1-foam/shore.wav")
    assert np.array_equal(ints(files[0]), stem)
    space.render("--part", "shore", "--part", "spray", "--to", "0.5")
    both = space.root / PREVIEW / "1-foam/spray+shore-0m00.000s-0m00.500s.wav"
    assert np.array_equal(ints(both), mix(space, "1-foam")[:, :4000])


def test_a_range_in_which_nothing_sounds_is_silent(space: Space) -> None:
    outcome = space.render("-m", "2", "--from", "0.95")
    assert outcome.ran() == {"2-sand/excerpts/7600-8000/mix"}
    assert "peak — dBFS" in outcome.out
    [path] = (space.root / PREVIEW / "2-sand").iterdir()
    assert ints(path).shape == (2, 400)
    assert not ints(path).any()


def test_a_muted_part_can_be_previewed_and_is_not_in_the_mix(built: Space) -> None:
    built.edit(FOAM, "    pan: -0.3\n", "    pan: -0.3\n    mute: true\n")
    ran = built.render("-m", "1", "--from", "1.3").ran()
    assert "1-foam/excerpts/10400-12000/stems/spray" not in ran
    assert "1-foam/excerpts/10400-12000/stems/spray" in built.render(
        "-m", "1", "--from", "1.3", "--part", "spray"
    ).ran()  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "0.5"], "a range needs one movement; add --movement N, one of 1 (1-foam), 2"),
        (["-m", "1", "--to", "bar 5"], "--to bar 5: is at 0:16; movement 1-foam ends at 0:01.5"),
        (["-m", "1", "--from", "1", "--to", "0.5"], "--from 1 --to 0.5: the range must end after"),
        (["-m", "1", "--from", "1.5"], "--from 1.5: the range must end after it begins (is 0:01.5"),
        (["-m", "1", "--from", "C"], '--from C: needs a time such as 12.5, "1:23.5" or "bar 3.2"'),
        (["-m", "1", "--from", "2 bars"], "--from 2 bars: '2 bars' is a length, not a moment"),
        (["-m", "2", "--part", "x"], "--part x: none of the chosen movements has a part of this"),
    ],
)
def test_a_range_that_does_not_exist_is_refused(
    rendered: Space, words: list[str], said: str
) -> None:
    assert said in rendered.fails("render", TIDE, *words, code=2)
    if "--part" not in words:
        assert said in rendered.fails("plan", TIDE, *words, code=2)


def test_a_section_that_does_not_exist_names_those_that_do(space: Space) -> None:
    space.write(FOAM, METRIC)
    said = space.fails("render", TIDE, "-m", "1", "--from", "C", code=2)
    assert "--from C: there is no section 'C'; there are A and B" in said


def test_the_python_api_previews_and_plans_a_range(built: Space) -> None:
    project = Project.open(built.root, Settings.of())
    asked = PreviewOptions(["1"], start=1, stop="0:01.2", parts=["spray"])
    due = {row.target for row in project.plan("tide", preview=asked).due}
    result = project.preview("tide", asked)
    result.check()
    assert due == set(result.ran)
    [one] = result.previews
    assert one.path.parent == built.root / PREVIEW / "1-foam"
    assert one.length_s == 0.2
    assert one.peak == np.abs(ints(one.path)).max() / FULL_SCALE
    assert project.plan("tide", preview=asked).due == ()
