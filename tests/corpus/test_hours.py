from __future__ import annotations

from approx_build.corpus.recordings import Hours, length


def test_hours_show_how_much_sound_was_used_and_how_often() -> None:
    assert str(Hours(7200, 3600, 18_000)) == (
        "2.0 h recorded, 1.0 h prepared, 5.0 h as training windows (5.0 times as much)"
    )
    assert Hours(7200, 3600, 1800).factor == 0.5


def test_without_prepared_sound_no_hours_were_used() -> None:
    assert Hours(10, 0, 0).factor == 0
    assert str(Hours(90, 0, 0)) == "1.5 min recorded, 0.0 s prepared, 0.0 s as training windows"


def test_lengths_have_the_largest_unit_that_fits() -> None:
    told = [length(seconds) for seconds in (0.84, 60, 3599, 3600, 5_400_000)]
    assert told == ["0.8 s", "1.0 min", "60.0 min", "1.0 h", "1500.0 h"]
