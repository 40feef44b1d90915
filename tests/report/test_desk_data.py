"""The data of the script: each origin once, safe as text, small."""

from __future__ import annotations

import json

from approx_build.report.data import Origin
from approx_build.report.desk_data import _json, _Origins, consent_data, placed_events
from tests.report.sample import HOSTILE, movement


def test_an_origin_that_many_events_share_is_written_once() -> None:
    network = Origin("network", "n", origins=(Origin("corpus", "c"),))
    origins = _Origins()
    places = [origins.place(Origin("take", name, origins=(network,))) for name in "aba"]
    assert places == [2, 3, 2]
    assert [row[1] for row in origins.rows] == ["c", "n", "a", "b"]


def test_json_is_safe_as_the_text_of_an_element() -> None:
    text = str(_json({HOSTILE: "</div>&amp;"}))
    assert "<" not in text
    assert ">" not in text
    back = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert json.loads(back) == {HOSTILE: "</div>&amp;"}


def test_a_consent_has_its_place_and_its_people() -> None:
    assert consent_data({"a": "consent-1"}, {"a": ["Ada (cello)"]}) == (
        '{"a":["consent-1","Ada (cello)"]}'
    )


def test_events_are_in_the_order_of_their_onsets(tmp_path) -> None:
    [stem, _] = movement(tmp_path, 1, "calm", "calm").stems
    assert placed_events(stem.events) == placed_events(stem.events[::-1])
    assert [lane for _, lane in placed_events(stem.events)] == [0, 1]
