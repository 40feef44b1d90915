from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from approx_build.numerics.stream import Stream
from approx_build.score.generators.fugue import FACTORS, Fugue, clashes, registers
from approx_build.score.generators.letters import letters
from approx_build.score.generators.subject import Line, Shift, Tone, subject, total, turned

SUBJECT = tuple(subject(letters("harriet padberg"), "plain", None))
FUGUE = Fugue(
    subject=SUBJECT,
    voices=tuple(registers(3)),
    delays=(Fraction(1), Fraction(2), Fraction(12)),
    axis=0,
    sections=3,
    stretto=None,
    clash=None,
    rng=Stream.named("fugue"),
)


def passages(fugue: Fugue, name: str) -> list[Line]:
    return [line for line in fugue.lines() if line.passage == name]


def test_subject_and_answer_alternate_and_each_pair_is_lower() -> None:
    ratios = [shift.ratio for shift in registers(5)]
    assert ratios == [1, Fraction(3, 4), Fraction(1, 2), Fraction(3, 8), Fraction(1, 4)]


def test_voices_enter_when_the_voice_before_has_finished_its_subject() -> None:
    length = total(SUBJECT)
    assert [line.entry for line in passages(FUGUE, "subject")] == [0, length, 2 * length]
    counter = passages(FUGUE, "counter")
    assert [line.entry for line in counter] == [length, 2 * length, 3 * length]
    assert counter[0].tones == tuple(turned(SUBJECT, "retrograde-inversion"))
    assert {line.stop for line in counter} == {3 * length}
    early = passages(replace(FUGUE, stretto=3), "subject")
    assert [line.entry for line in early] == [0, 7, 14]


def test_a_section_more_changes_no_other() -> None:
    longer = replace(FUGUE, sections=4)
    for number in (1, 2, 3):
        assert passages(FUGUE, f"section{number}") == passages(longer, f"section{number}")
    assert passages(longer, "section4")


def test_a_voice_more_changes_the_draws_of_no_other() -> None:
    wider = replace(FUGUE, voices=tuple(registers(4)))
    before = {line.voice: line.tones for line in passages(FUGUE, "section1")}
    after = {line.voice: line.tones for line in passages(wider, "section1")}
    assert all(after[voice] == tones for voice, tones in before.items())


def test_sections_follow_each_other_and_use_every_form() -> None:
    long = replace(FUGUE, sections=60)
    lines = [*long.lines()]
    ends = {}
    for number in range(1, 61):
        section = [line for line in lines if line.passage == f"section{number}"]
        if section:
            ends[number] = max(line.entry + total(line.tones) for line in section)
        if section and number - 1 in ends:
            late = {line.entry - ends[number - 1] for line in section}
            assert late <= set(FUGUE.delays)
    drawn = [line for line in lines if line.passage.startswith("section")]
    lengths = [total(line.tones) / total(SUBJECT) for line in drawn]
    assert {*lengths} == {*FACTORS}
    # One in eight of 180 is silent, half of the others have their own length.
    assert 140 <= len(drawn) <= 172
    assert 0.35 < lengths.count(Fraction(1)) / len(lengths) < 0.65
    assert {line.shift.steps for line in drawn} == set(range(24))


def test_in_the_stretto_all_enter_a_note_apart_and_end_together() -> None:
    lines = passages(FUGUE, "stretto")
    first = lines[0].entry
    assert [line.entry - first for line in lines] == [0, 1, 2]
    assert {line.stop for line in lines} == {first + total(SUBJECT)}


def test_a_section_whose_voices_clash_is_drawn_again() -> None:
    tone = Tone("a", 0, Fraction(1))
    near = [Line(0, (tone,), Shift()), Line(1, (tone,), Shift(semitones=0.3))]
    assert clashes(near) == 1
    assert clashes([near[0], replace(near[1], shift=Shift())]) == 0
    assert clashes([near[0], replace(near[1], entry=Fraction(1))]) == 0
    assert clashes([near[0], replace(near[1], voice=0)]) == 0
    # Delays of one length only, so that voices begin together.
    tight = replace(FUGUE, sections=150, delays=(Fraction(1),))
    free, strict = clashing(tight), clashing(replace(tight, clash=0))
    assert free > 12
    assert strict < free / 4


def clashing(fugue: Fugue) -> int:
    """The clashes of all sections of a development."""
    sections: dict[str, list[Line]] = {}
    for line in fugue.lines():
        if line.passage.startswith("section"):
            sections.setdefault(line.passage, []).append(line)
    return sum(map(clashes, sections.values()))
