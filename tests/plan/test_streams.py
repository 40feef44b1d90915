"""The names of randomness: pinned, and moved by nothing that they should not hear of."""

from __future__ import annotations

from itertools import permutations

import pytest

from approx_build.plan.streams import event_identities, event_stream, take_stream

HOLD = {"op": {"op": "hold", "rate_hz": 6.0}, "from": [{"take": "cry"}], "through": []}
SALAD = {"op": {"op": "salad"}, "from": [{"take": "cry"}], "through": []}


def test_streams_are_pinned() -> None:
    # A change here redraws everybody's music.
    assert take_stream(3, "1-foam", "cry", None, 1) == "23d1d0bacf6e682d4cbd6c37d67a5c29"
    assert take_stream(3, "1-foam", "cry", 5, 1) == "89133362d430eb4e36c15e93f1953d82"
    assert event_stream(3, "1-foam", "spray", "opening", None) == "ce18aa69babf9279c76e990c11cfd5c2"
    assert event_stream(3, "1-foam", "spray", "opening", 7) == "a6470338d392b8aea5257bcbe4b2d373"
    assert event_identities([(None, HOLD)]) == ["1799c249b052"]


def test_a_take_with_a_seed_draws_the_same_wherever_it_stands() -> None:
    assert take_stream(3, "1-foam", "cry", 5, 2) == take_stream(4, "", "sob", 5, 2)
    assert take_stream(3, "", "cry", 5, 2) != take_stream(3, "", "cry", 5, 3)


def test_the_stream_of_a_take_without_a_seed_depends_on_piece_scope_name_and_clip() -> None:
    named = [("", "cry", 1), ("", "cry", 2), ("", "sob", 1), ("1-foam", "cry", 1)]
    keys = {take_stream(seed, *scope, None, clip) for seed in (3, 4) for *scope, clip in named}
    assert len(keys) == 8


def test_the_stream_of_an_event_depends_on_all_its_names_and_its_seed() -> None:
    keys = {
        event_stream(piece, movement, part, identity, seed)
        for piece in (1, 2)
        for movement in ("1-foam", "2-sand")
        for part in ("spray", "shore")
        for identity in ("a", "b")
        for seed in (None, 0, 1)
    }
    assert len(keys) == 48


def test_an_event_is_named_by_its_id_or_by_what_it_sounds_like() -> None:
    first, second = event_identities([("opening", HOLD), (None, HOLD)])
    assert first == "opening"
    assert len(second) == 12


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_events_does_not_matter(order: tuple[int, ...]) -> None:
    contents = [(None, HOLD), (None, SALAD), ("last", SALAD)]
    names = event_identities(contents)
    assert event_identities([contents[i] for i in order]) == [names[i] for i in order]


def test_equal_events_are_numbered() -> None:
    first, second, third = event_identities([(None, HOLD)] * 3)
    assert (second, third) == (f"{first}-2", f"{first}-3")
