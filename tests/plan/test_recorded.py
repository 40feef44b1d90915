from __future__ import annotations

from approx_build.plan.catalog import Catalog
from approx_build.plan.recorded import Recorded
from tests.plan.conftest import TODAY, Lower
from tests.space import SAND, Space


def test_a_recording_has_its_length_and_an_unknown_name_has_none(project: Space) -> None:
    length_s = Recorded(Catalog(project.root, TODAY)).recording_length_s
    assert length_s("tones/low") == Catalog(project.root, TODAY).recording_length_s("tones/low")
    assert length_s("tones/none") is None


def test_an_event_begins_after_a_recording_has_ended(project: Space, lowered: Lower) -> None:
    text = SAND.replace("length: 1\n", "length: 9\n")
    text += "      - { at: 0, id: whole, play: { from: tones/low } }\n"
    text += "      - { after: whole, id: next, play: { from: cry } }\n"
    project.write("pieces/tide/2-sand.yaml", text)
    stem = lowered().graph.actions["2-sand/stems/grain"]
    onsets = {event["name"]: event["onset"] for event in stem.params["events"]}
    length_s = Catalog(project.root, TODAY).recording_length_s("tones/low")
    assert length_s
    assert onsets["next"] == round(length_s * 8000)
