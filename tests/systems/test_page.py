"""The page of a comparison says what differs, and nothing compared is not equal."""

from __future__ import annotations

from tests.systems.page import Compared, page

SAME = {"stem:a": "1234", "movement:b": "5678"}


def test_a_difference_is_named_and_counted() -> None:
    other = {**SAME, "stem:a": "9999"}
    one = Compared.of("etude", "actions", SAME, other, SAME, SAME, 61.4)
    assert not one.is_equal
    assert one.differing == ("stem:a",)
    assert "differs: stem:a" in str(one)
    assert "| etude | 2 actions | 1 of 2 | yes | 61 |" in page([one])


def test_what_is_missing_on_one_side_differs() -> None:
    one = Compared.of("etude", "actions", SAME, {"stem:a": "1234"}, SAME, {}, 1.0)
    assert one.differing == ("movement:b",)
    assert "no (2 differ)" in page([one])


def test_nothing_is_not_equal_to_nothing() -> None:
    assert not Compared.of("etude", "actions", {}, {}, {}, {}, 0.0).is_equal
    assert Compared.of("etude", "actions", SAME, SAME, SAME, SAME, 0.0).is_equal
