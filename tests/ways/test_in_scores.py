from __future__ import annotations

import pytest

from approx_build.ways.between import Between
from tests.score.scores import Project

HEAD = "movement: a\nlength: 10\ntakes:\n  whole: {model: m, length_s: 4, count: 2}\n"
TAKE = "model: m, length_s: 3"


@pytest.mark.parametrize(
    ("way", "fault"),
    [
        (
            "vary: {recording: a/b}",
            "5:36: takes.t.vary: missing field 'noise_level'",
        ),
        (
            "vary: {take: whole, noise_level: 1.5}",
            "5:63: takes.t.vary.noise_level: must be at most 1 (is 1.5)",
        ),
        (
            "vary: {take: whole, noise_level: -0.1}",
            "5:63: takes.t.vary.noise_level: must be at least 0 (is -0.1)",
        ),
        (
            "vary: {noise_level: 0.5}",
            "5:36: takes.t.vary: a variation needs either 'recording' or 'take'",
        ),
        (
            "vary: {take: hole, noise_level: 0.5}",
            "5:43: takes.t.vary.take: unknown take 'hole'; did you mean 'whole'?",
        ),
        (
            "vary: {take: whole, clip: 3, noise_level: 0.5}",
            "5:56: takes.t.vary.clip: take 'whole' has 2 clips (is 3)",
        ),
        (
            "vary: {take: whole, start_s: 2, noise_level: 0.5}",
            "5:36: takes.t.vary: ends at 5 s, after the end of the take (4 s)",
        ),
        (
            "inpaint: {take: whole, missing_s: []}",
            "5:64: takes.t.inpaint.missing_s: needs at least 1",
        ),
        (
            "inpaint: {take: whole, missing_s: [[2, 1]]}",
            "5:64: takes.t.inpaint.missing_s: a range must end after it begins (is [2, 1])",
        ),
        (
            "inpaint: {take: whole, missing_s: [[1, 2], [1.5, 3]]}",
            "5:64: takes.t.inpaint.missing_s: ranges must follow each other (is [1.5, 3])",
        ),
        (
            "inpaint: {take: whole, missing_s: [[2.5, 3.5]]}",
            "5:71: takes.t.inpaint.missing_s[0][1]: ends after the take (3 s) (is 3.5)",
        ),
        (
            "extend: {take: whole, length_s: 3}",
            "5:38: takes.t.extend: leaves nothing to add: the take lasts 3 s, its beginning 3 s",
        ),
        (
            "extend: {take: whole}",
            "5:38: takes.t.extend: leaves nothing to add: the take lasts 3 s, its beginning 4 s",
        ),
        (
            "between: {first: {take: whole}}",
            "5:39: takes.t.between: missing field 'second'",
        ),
        (
            "between: {first: {take: whole}, second: {take: whole, start_s: 2}}",
            "5:70: takes.t.between.second: ends at 5 s, after the end of the take (4 s)",
        ),
        (
            "between: {first: {take: whole}, second: {take: whole}, places: [0, 1.1]}",
            "5:97: takes.t.between.places[1]: must be at most 1 (is 1.1)",
        ),
        (
            "count: 3, between: {first: {take: whole}, second: {take: whole}, places: [0, 1]}",
            "5:6: takes.t: 2 places for 3 clips; leave 'count' out, or 'places'",
        ),
        (
            "prime: {take: whole}, vary: {take: whole, noise_level: 0.5}",
            "5:6: takes.t: a take has one of between, extend, inpaint, prime, transfer, vary (has ",
        ),
        (
            "between: {first: {take: t}, second: {take: whole}}",
            "5:54: takes.t.between.first.take: takes depend on each other in a circle: t → t",
        ),
        (
            "temperature: 0.5, sampling: {temperature: 1}",
            "5:6: takes.t: 'temperature' is given twice, in the take and in its 'sampling'",
        ),
    ],
)
def test_sound_that_makes_no_sense_is_located(project: Project, way: str, fault: str) -> None:
    project.movement(f"{HEAD}  t: {{{TAKE}, {way}}}\n")
    assert project.faults()[0].startswith(f"1-fog.yaml:{fault}")


def test_the_sound_of_a_take_of_the_piece_is_checked_in_its_file(project: Project) -> None:
    project.piece(
        "piece: a\nmovements: [tide/1-fog.yaml]\ntakes:\n  whole: {model: m, length_s: 4}\n"
        "  t: {model: m, length_s: 3, vary: {take: whole, start_s: 2, noise_level: 0}}\n"
    )
    project.movement("movement: a\nlength: 10\n")
    assert "takes.t.vary: ends at 5 s, after the end of the take (4 s)" in project.faults()[0]


def test_where_places_are_given_there_is_a_clip_for_each(project: Project) -> None:
    ends = "first: {take: whole}, second: {take: whole, clip: 2}"
    project.movement(f"{HEAD}  t: {{{TAKE}, between: {{{ends}, places: [0, 0.2, 1]}}}}\n")
    take = project.load().movements[0].takes["t"]
    assert take.count == 3
    assert isinstance(take.conditioning, Between)
    assert [take.conditioning.place(clip, 3) for clip in (1, 2, 3)] == [0, 0.2, 1]
    assert [where for where, _ in take.sounds()] == [("between", "first"), ("between", "second")]


def test_clips_lie_evenly_between_both_sounds_and_never_beyond() -> None:
    pair = Between.model_validate({"first": {"take": "a"}, "second": {"take": "b"}})
    assert pair.place(1, 1) == 0.5
    assert [pair.place(clip, 5) for clip in range(1, 6)] == [0, 0.25, 0.5, 0.75, 1]
