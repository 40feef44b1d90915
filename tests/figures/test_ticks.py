import pytest

from approx_build.figures.vector import hertz_ticks, time_ticks


@pytest.mark.parametrize(
    ("length_s", "names"),
    [
        (3, ["0:00.0", "0:00.5", "0:01.0", "0:01.5", "0:02.0", "0:02.5", "0:03.0"]),
        (74, ["0:00", "0:10", "0:20", "0:30", "0:40", "0:50", "1:00", "1:10"]),
        (202, ["0:00", "0:30", "1:00", "1:30", "2:00", "2:30", "3:00"]),
    ],
)
def test_moments_are_round(length_s, names):
    assert [name for _, name in time_ticks(length_s)] == names


@pytest.mark.parametrize("length_s", [1e-4, 0.3, 1, 59, 700, 3600, 40_000])
def test_there_are_some_ticks_and_not_too_many(length_s):
    ticks = time_ticks(length_s)
    assert 1 <= len(ticks) <= 14
    assert ticks[0][0] == 0
    assert ticks[-1][0] <= length_s


def test_frequencies_are_round_and_inside():
    names = [name for _, name in hertz_ticks(50, 20_000)]
    assert names == ["50", "100", "200", "500", "1 k", "2 k", "5 k", "10 k", "20 k"]
    assert hertz_ticks(50, 5512.5)[-1] == (5000, "5 k")
