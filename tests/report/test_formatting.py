import pytest

from approx_build.report.data import EventReport
from approx_build.report.formatting import as_text, event_line, href, minutes, roman


def test_small_roman_numerals():
    assert [roman(number) for number in (1, 2, 4, 5, 9, 14, 40, 99, 1990)] == (
        ["i", "ii", "iv", "v", "ix", "xiv", "xl", "xcix", "mcmxc"]
    )


@pytest.mark.parametrize(("seconds", "text"), [(202, "3:22"), (45.5, "0:45.5"), (59.98, "1:00")])
def test_moments_have_tenths_only_where_they_say_something(seconds, text):
    assert minutes(seconds) == text


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("1-fog.wav", "./1-fog.wav"),
        ("stems/a b#?.wav", "./stems/a%20b%23%3F.wav"),
        ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
        ("//elsewhere.org/x", "./elsewhere.org/x"),
        ("http://elsewhere.org", "./http%3A//elsewhere.org"),
        ("\\\\share\\x", "./share/x"),
        ("été.wav", "./%C3%A9t%C3%A9.wav"),
    ],
)
def test_links_are_relative_whatever_they_are_given(path, link):
    assert href(path) == link


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "yes"),
        (-3.0, "−3"),
        (0.1, "0.1"),
        (-2, "−2"),
        ("a-b", "a-b"),
        ([1, 2.5, None], "1, 2.5, –"),
        ({"margin": 2, "mask": False}, "margin 2, mask no"),
        ([], "–"),
        ([1] * 20, "1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, … 1 (20 in all)"),
    ],
)
def test_values_are_worded(value, text):
    assert as_text(value) == text


def test_an_event_is_reported_in_one_line():
    event = EventReport(
        "a", "salad", 0, 90, {"max_grain_s": 1.0}, ("fog", "haze"), ("harmonic", "reverse")
    )
    assert event_line(event) == (
        "salad at 0:00 for 1:30 · from fog, haze · max_grain_s 1 · through harmonic, then reverse"
    )
