import pytest

from approx_build.units import clock


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
