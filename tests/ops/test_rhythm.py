import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.ops.rhythm import Beat, Pattern, Pulse, of_beats, of_steps


def places(pattern):
    return [pulse.step for pulse in pattern.pulses]


def test_steps_are_pulses_accents_and_rests():
    assert of_steps("x..X-. ", 5.0) == Pattern((Pulse(0), Pulse(3, 5.0)), 6)


def test_spaces_and_bars_only_part_groups():
    assert of_steps("x..x | ..x.", 0) == of_steps("x..x..x.", 0)


@pytest.mark.parametrize(
    ("euclidean", "steps"),
    [
        ("E(3,8)", "x..x..x."),  # tresillo
        ("E(5,8)", "x.xx.xx."),  # cinquillo
        ("E(2,5)", "x.x.."),
        ("E(4,12)", "x..x..x..x.."),
        ("E( 3, 8, 3 )", "x..x.x.."),
        ("E(3,8,8)", "x..x..x."),
        ("E(1,1)", "x"),
    ],
)
def test_euclidean_rhythms_are_those_of_the_paper(euclidean, steps):
    assert of_steps(euclidean, 0) == of_steps(steps, 0)


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 100))
def test_euclidean_rhythms_are_as_even_as_can_be(pulses, rests, rotation):
    steps = pulses + rests
    found = places(of_steps(f"E({pulses},{steps},{rotation})", 0))
    gaps = {(b - a) % steps or steps for a, b in zip(found, [*found[1:], found[0]], strict=True)}
    assert len(found) == pulses
    assert max(gaps) - min(gaps) <= 1


def test_a_list_of_beats_repeats_after_its_last_beat():
    assert of_beats([0, 1.5, Beat(beat=2.25, accent_db=3)], 4, None) == Pattern(
        (Pulse(0), Pulse(6), Pulse(9, 3)), 12
    )


def test_a_list_of_beats_repeats_when_told():
    assert of_beats([2, 0.5], 1, 4) == Pattern((Pulse(0.5), Pulse(2)), 4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x.y.", "'y' is no step of a pattern; write x, X"),
        ("....", "the pattern '....' has no pulse"),
        ("", "has no pulse"),
        ("E(9,8)", r"E\(9,8\) is no rhythm: 1 to 8 pulses"),
        ("E(0,8)", r"E\(0,8\) is no rhythm"),
        ("x" * 1025, "a pattern of 1025 steps; at most 1024"),
        ("E(3;8)", "'E' is no step"),
    ],
)
def test_what_is_no_rhythm_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        of_steps(text, 0)


def test_beats_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"beat 4 is not inside every_beats \(4\)"):
        of_beats([0, 4], 1, 4)
    with pytest.raises(ValueError, match="has no pulse"):
        of_beats([], 1, None)
