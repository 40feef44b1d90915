"""Clips: one action for equal requests, named by what it is of."""

from __future__ import annotations

from approx_build.plan.clips import Range, add_clip
from approx_build.plan.graph import Graph


def test_equal_requests_share_one_action() -> None:
    graph = Graph()
    leaf = graph.add_leaf("models/corpora/tones/low.wav")
    one = add_clip(graph, leaf, 8000, Range(0.5, 0.25))
    assert add_clip(graph, leaf, 8000, Range(0.5, 0.25)) == one
    assert len(graph) == 1
    others = {
        add_clip(graph, leaf, 8000),
        add_clip(graph, leaf, 44_100, Range(0.5, 0.25)),
        add_clip(graph, leaf, 8000, Range(0.5, 0.25), channels=1),
        add_clip(graph, leaf, 8000, Range(0.5)),
    }
    assert len(others | {one}) == 5


def test_a_clip_is_named_by_its_source() -> None:
    graph = Graph()
    recording = graph.add_leaf("models/corpora/tones/low.wav")
    assert add_clip(graph, recording, 8000).startswith("clips/tones/low/")
    file = graph.add_leaf("pieces/tide/bell.wav")
    assert add_clip(graph, file, 8000).startswith("clips/pieces/tide/bell/")
    assert add_clip(graph, "piece/takes/cry/2", 8000).startswith("clips/piece/takes/cry/2/")


def test_the_beginning_is_zero_and_the_end_is_left_open() -> None:
    graph = Graph()
    target = add_clip(graph, graph.add_leaf("a.wav"), 8000)
    expected = {"rate": 8000, "start_s": 0.0, "length_s": None, "channels": None}
    assert graph.actions[target].params == expected
