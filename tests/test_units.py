import pytest

from approx_build.units import clock, size


@pytest.mark.parametrize(
    ("seconds", "digits", "text"),
    [
        (43.21, 3, "0:43.210"),
        (0, 3, "0:00.000"),
        (59.9996, 3, "1:00.000"),
        (59.9994, 3, "0:59.999"),
        (202, 0, "3:22"),
        (3599.96, 1, "60:00.0"),
        (-1.5, 1, "-0:01.5"),
    ],
)
def test_moments_are_minutes_and_seconds(seconds, digits, text):
    assert clock(seconds, digits) == text


def test_amounts_are_shown_in_the_unit_that_suits_them():
    sizes = [0, 999, 1_500, 12_500_000, 3_100_000_000, 2 * 10**12]
    assert [size(one) for one in sizes] == ["0 B", "999 B", "1.5 kB", "12.5 MB", "3.1 GB", "2 TB"]
