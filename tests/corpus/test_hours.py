from __future__ import annotations

from approx_build.corpus.hours import hours


def test_windows_come_to_hours() -> None:
    found = hours(7200, 3600, windows=9000, size=8000, rate=4000)
    assert found.drawn_s == 18_000
    assert found.distinct_s == 3600
    assert found.factor == 5
    assert str(found) == (
        "2.00 h recorded, 1.00 h prepared; 1.00 h of it heard, as 5.00 h of windows (5 times)"
    )


def test_less_than_an_epoch_hears_less_than_there_is() -> None:
    found = hours(7200, 3600, windows=900, size=8000, rate=4000)
    assert found.distinct_s == 1800
    assert found.factor == 0.5


def test_nothing_prepared_is_nothing_heard() -> None:
    assert hours(10, 0, windows=0, size=100, rate=4000).factor == 0
