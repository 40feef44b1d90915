from __future__ import annotations

import pytest

from tests.score.scores import Project

HEAD = 'movement: fog\nlength: "1:00"\n'


@pytest.mark.parametrize(
    ("marks", "fault"),
    [
        ("tempo: 0", "3:8: tempo: must be at least 1 (is 0)"),
        ("tempo: -60", "3:8: tempo: must be at least 1 (is -60)"),
        ("tempo: 1e6", "3:8: tempo: must be at most 1000 (is 1000000.0)"),
        ("tempo: fast", "3:8: tempo: needs a number, is 'fast'"),
        ("tempo: [{at: 0, bpm: 0}]", "3:22: tempo[0].bpm: must be at least 1 (is 0)"),
        ("tempo: [{at: 0}]", "3:9: tempo[0]: missing field 'bpm'"),
        (
            "tempo: [{at: 0, bpm: 3, rmap: true}]",
            "3:25: tempo[0].rmap: unknown field; did you mean 'ramp'?",
        ),
        ("tempo: [{at: 5, bpm: 60}]", "3:14: tempo[0].at: the first tempo must be at 0"),
        (
            "tempo: [{at: 0, bpm: 60}, {at: bar 9, bpm: 60}, {at: bar 5, bpm: 60}]",
            "3:54: tempo[2].at: must come after the mark before it",
        ),
        (
            "tempo: [{at: 0, bpm: 60}, {at: bar 9.5, bpm: 60}]",
            "3:32: tempo[1].at: 'bar 9.5': a bar of 4/4 has 4 beats",
        ),
        (
            "tempo: [{at: 0, bpm: 60, ramp: true}]",
            "3:32: tempo[0].ramp: a ramp needs a later mark to move to",
        ),
        ("meter: 4", "3:8: meter: needs a meter such as 4/4 or 6/8, is 4; write 4/4"),
        ("meter: 0/4", "3:8: meter: needs a meter such as 4/4 or 6/8, is '0/4'"),
        ("meter: 4/5", "3:8: meter: needs a meter such as 4/4 or 6/8, is '4/5'"),
        (
            "meter: [{at: bar 2, meter: 3/4}]",
            "3:14: meter[0].at: the first meter must begin with bar 1",
        ),
        (
            "meter: [{at: 0, meter: 3/4}, {at: 12, meter: 4/4}]",
            "3:35: meter[1].at: a meter must begin with a bar, such as bar 5 (is 0:12)",
        ),
        (
            "meter: [{at: bar 1, meter: 3/4}, {at: bar 4.2, meter: 4/4}]",
            "3:39: meter[1].at: a meter must begin with a bar, such as bar 5 (is bar 4.2)",
        ),
        (
            "meter: [{at: bar 1, meter: 3/4}, {at: bar 1, meter: 4/4}]",
            "3:39: meter[1].at: must come after the mark before it",
        ),
    ],
)
def test_marks_that_make_no_sense_are_located(project: Project, marks: str, fault: str) -> None:
    project.movement(HEAD + marks + "\n")
    [found] = project.faults()
    assert found.startswith(f"1-fog.yaml:{fault}")


def test_bad_marks_do_not_make_other_times_wrong(project: Project) -> None:
    project.movement(HEAD + "tempo: 0\ncues: [{at: bar 100, text: x}]\n")
    assert len(project.faults()) == 1
