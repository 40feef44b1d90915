"""Provenance: every part is followed down to recordings and consent."""

from __future__ import annotations

from approx_build.plan.graph import Action, Graph, Kind
from approx_build.report.data import Origin
from approx_build.report.provenance import Provenance
from tests.report.conftest import Rendered


def test_a_take_is_followed_down_to_the_corpus(done: Rendered) -> None:
    provenance = Provenance(done.session.lowered.graph, done.records)
    cry, early = provenance.of_part("1-foam/stems/spray")[::-1]
    assert (cry.kind, cry.name) == ("take", "cry")
    assert cry.detail == "clips 1, 2, 3, each with a stream of its own"
    [checkpoint] = cry.origins
    assert (checkpoint.kind, checkpoint.name) == ("checkpoint", "step 4")
    [network] = checkpoint.origins
    assert (network.kind, network.name) == ("network", "tiny")
    [corpus] = network.origins
    assert corpus == Origin("corpus", "tones", "2 recordings", consent="tones")
    assert early.origins[0].name == "step 0"


def test_a_recording_names_its_consent(done: Rendered) -> None:
    provenance = Provenance(done.session.lowered.graph, done.records)
    [low] = provenance.of_part("1-foam/stems/shore")
    assert low == Origin("recording", "tones/low", "models/corpora/tones/low.wav", "tones")


def test_every_use_of_a_recording_is_reported(done: Rendered) -> None:
    provenance = Provenance(done.session.lowered.graph, done.records)
    uses = provenance.recordings(["1-foam/master", "2-sand/master"])
    both = {"trained tiny", "played in the piece"}
    assert uses == {
        "models/corpora/tones/high.wav": both,
        "models/corpora/tones/low.wav": both,
    }


def test_parts_that_use_each_other_many_times_are_walked_once() -> None:
    graph = Graph()
    below = graph.add_leaf("sounds/bell.wav")
    for depth in range(60):
        inputs = {f"event.{n}": below for n in range(2)}
        below = graph.add(Action(f"stem/{depth}/a", Kind.STEM, {}, inputs))
        other = graph.add(Action(f"stem/{depth}/b", Kind.STEM, {}, inputs))
        below = graph.add(Action(f"stem/{depth}", Kind.STEM, {}, {"one": below, "two": other}))
    assert Provenance(graph, {}).of_part(below) == (Origin("file", "sounds/bell.wav"),)
