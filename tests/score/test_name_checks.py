from __future__ import annotations

import pytest

from approx_build.files.patterns import matching
from approx_build.score.duration_checks import check_durations
from approx_build.score.name_checks import check_names
from tests.score.scores import PIECE, Project

LENGTHS = {"accordion/phrase-1": 4.0, "accordion/phrase-2": 6.0, "drum/roll": None, "drum/hit": 4.0}


class Shelf:
    def models(self) -> list[str]:
        return ["accordionator", "drummer"]

    def steps(self, model: str) -> set[int]:
        return {0, 100, 1000}

    def recordings(self) -> list[str]:
        return list(LENGTHS)

    def named(self, pattern: str) -> list[str]:
        return matching(pattern, LENGTHS)

    def problem(self, corpus: str) -> str:
        return "no recordings here" if corpus == "empty" else ""

    def withdrawal(self, recording: str) -> bool:
        return recording == "drum/roll-2"

    def recording_length_s(self, name: str) -> float | None:
        return LENGTHS.get(name)


def faults(project: Project, text: str) -> list[str]:
    project.movement(f"movement: a\nlength: 10\n{text}\n")
    reading = project.read()
    assert reading.score
    found = [
        *check_names(reading.score, Shelf()),
        *check_durations(reading, Shelf().recording_length_s),
    ]
    return [f"{f.where.line}:{f.where.column}: {f.message}" for f in found]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "takes: {t: {model: acordionator, length_s: 1}}",
            "3:20: takes.t.model: unknown model 'acordionator'; did you mean 'accordionator'?",
        ),
        (
            "takes: {t: {model: drummer, length_s: 1, prime: {recording: empty/phrase-3}}}",
            "3:61: takes.t.prime.recording: no recordings here",
        ),
        (
            "takes: {t: {model: drummer, length_s: 1, prime: {recording: 'drum/*'}}}",
            "3:61: takes.t.prime.recording: a prime must be one recording, "
            "not a pattern (is 'drum/*')",
        ),
        (
            "takes: {t: {model: drummer, step: 30, length_s: 1}}",
            "3:35: takes.t.step: 'drummer' has no checkpoint at step 30; there are: 0, 100, 1000",
        ),
        (
            "takes: {t: {model: drummer, length_s: 1, prime: {recording: accordion/phrase-3}}}",
            "3:61: takes.t.prime.recording: corpus 'accordion' has no recording 'phrase-3'",
        ),
        (
            "takes: {t: {model: drummer, length_s: 1, "
            "prime: {recording: accordion/phrase-1, start_s: 3.8, length_s: 0.5}}}",
            "3:49: takes.t.prime: ends at 4.3 s of a recording of 4 s",
        ),
        (
            "parts: {p: {events: [{at: 0, play: {from: acordion/phrase-1}}]}}",
            "3:43: parts.p.events[0].play.from: unknown corpus 'acordion'; did you",
        ),
        (
            "parts: {p: {events: [{at: 0, play: {from: {recording: accordion/zebra}}}]}}",
            "3:55: parts.p.events[0].play.from.recording: corpus 'accordion' has no "
            "recording 'zebra'; there are: phrase-1, phrase-2",
        ),
        (
            "parts: {p: {events: [{at: 0, play: {from: voice/*}}]}}",
            "3:43: parts.p.events[0].play.from: no recording matches 'voice/*'",
        ),
        (
            "parts: {p: {events: [{at: 5, play: {from: accordion/phrase-2}}]}}",
            "3:36: parts.p.events[0].play: ends at 0:11; the movement ends at 0:10",
        ),
        (
            "parts: {p: {events: [{at: 5, play: {from: {recording: drum/hit, start_s: 9}}}]}}",
            "3:43: parts.p.events[0].play.from: begins at 9 s, after the end of the recording",
        ),
    ],
)
def test_names_no_catalog_has_are_located(project: Project, text: str, fault: str) -> None:
    [found] = faults(project, text)
    assert found.startswith(fault)


def test_names_a_catalog_has_are_no_fault(project: Project) -> None:
    assert not faults(
        project,
        "takes: {t: {model: drummer, step: 100, length_s: 1, prime: {recording: drum/roll}}}\n"
        "parts: {p: {events: [{at: 5, play: {from: [t, drum/roll, accordion/*]}}]}}",
    )


def test_takes_of_the_piece_are_looked_up_too(project: Project) -> None:
    project.piece(PIECE + "takes: {s: {model: nobody, length_s: 1}}\n")
    assert len(faults(project, "")) == 1


def test_a_pattern_represents_the_recordings_it_matches() -> None:
    assert matching("accordion/*", LENGTHS) == ["accordion/phrase-1", "accordion/phrase-2"]
    assert matching("drum/roll", LENGTHS) == ["drum/roll"]
    assert matching("*", LENGTHS) == sorted(LENGTHS)


def test_a_withdrawn_recording_is_left_to_who_asks_for_consent(project: Project) -> None:
    prime = "takes: {t: {model: drummer, length_s: 1, prime: {recording: drum/roll-%s}}}"
    assert faults(project, prime % 2) == []
    assert len(faults(project, prime % 3)) == 1


def test_a_corpus_that_cannot_be_listed_is_reported_once_with_all_its_uses(
    project: Project,
) -> None:
    text = (
        "takes: {t: {model: drummer, length_s: 1, prime: {recording: empty/a}}}\n"
        "parts: {p: {events: [{at: 0, play: {from: empty/b}}, {at: 1, play: {from: 'empty/*'}}]}}"
    )
    assert faults(project, text) == [
        "3:61: takes.t.prime.recording: no recordings here; also used on line 4"
    ]
