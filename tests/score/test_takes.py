from __future__ import annotations

import pytest

from tests.score.scores import Project

HEAD = "movement: a\nlength: 10\ntakes:\n"


@pytest.mark.parametrize(
    ("take", "fault"),
    [
        ("{}", "4:6: takes.t: missing field 'model'"),
        ("{model: m}", "4:6: takes.t: missing field 'length_s'"),
        ("{model: m, lenght: 3}", "4:17: takes.t.lenght: unknown field; did you mean 'length_s'?"),
        ("{model: m, length_s: -4}", "4:27: takes.t.length_s: must be at least 0.001 (is -4)"),
        ("{model: m, length_s: abc}", "4:27: takes.t.length_s: needs a number, is 'abc'"),
        (
            "{model: m, length_s: 11}",
            "4:27: takes.t.length_s: the take is longer than the movement (0:10)",
        ),
        ("{model: m, length_s: 1, count: 0}", "4:37: takes.t.count: must be at least 1 (is 0)"),
        (
            "{model: m, length_s: 1, count: 1.5}",
            "4:37: takes.t.count: needs a whole number, is 1.5",
        ),
        ("{model: m, length_s: 1, step: -1}", "4:36: takes.t.step: must be at least 0 (is -1)"),
        ("{model: m, length_s: 1, seed: x}", "4:36: takes.t.seed: needs a whole number, is 'x'"),
        (
            "{model: m, length_s: 1, temperature: -1}",
            "4:43: takes.t.temperature: must be at least 0 (is -1)",
        ),
        (
            "{model: m, length_s: 1, towards_silence: 2000}",
            "4:47: takes.t.towards_silence: must be at most 1000 (is 2000)",
        ),
        (
            "{model: M 1, length_s: 1}",
            "4:14: takes.t.model: names are made of a–z, 0–9, '-' and '_'",
        ),
        ("3", "4:6: takes.t: needs named fields, is 3"),
        (
            "{model: m, length_s: 1, prime: {length_s: 1}}",
            "4:37: takes.t.prime: a prime needs either 'recording' or 'take'",
        ),
        (
            "{model: m, length_s: 1, prime: {take: x, recording: a/b}}",
            "4:37: takes.t.prime: a prime needs either 'recording' or 'take'",
        ),
        (
            "{model: m, length_s: 1, prime: {recording: a/b, clip: 2}}",
            "4:37: takes.t.prime: 'clip' chooses one clip of a take; a recording has none",
        ),
        (
            "{model: m, length_s: 1, prime: {recording: phrase}}",
            "4:49: takes.t.prime.recording: needs corpus/recording, as in accordion/phrase-3",
        ),
        (
            "{model: m, length_s: 1, prime: {recording: ../b}}",
            "4:49: takes.t.prime.recording: needs corpus/recording",
        ),
    ],
)
def test_takes_that_make_no_sense_are_located(project: Project, take: str, fault: str) -> None:
    project.movement(f"{HEAD}  t: {take}\n")
    assert project.faults()[0].startswith(f"1-fog.yaml:{fault}")


def test_a_take_name_is_a_plain_word(project: Project) -> None:
    project.movement(f"{HEAD}  Big Fog: {{model: m, length_s: 1}}\n")
    [fault] = project.faults()
    assert fault.startswith('1-fog.yaml:4:3: takes."Big Fog": names are made of a–z')


def test_defaults_suit_a_composer(project: Project) -> None:
    project.movement(f"{HEAD}  t: {{model: m, length_s: 1}}\n")
    take = project.load().movements[0].takes["t"]
    assert (take.step, take.count, take.seed) == (None, 1, None)
    assert (take.temperature, take.top_k, take.towards_silence, take.prime) == (
        1.0,
        None,
        0.0,
        None,
    )


def test_a_take_has_the_curves_of_its_family_beside_its_lengths(project: Project) -> None:
    take = "{model: m, length: 1 beat, pitch_hz: [[0, 220], [0.5, 330]], loudness_db: -12}"
    project.movement(f"movement: a\nlength: 9\ntempo: 120\ntakes: {{t: {take}}}\n")
    found = project.load().movements[0].takes["t"]
    assert found.length_s == 0.5
    assert found.controls["pitch_hz"] == [[0, 220], [0.5, 330]]
