from __future__ import annotations

from dataclasses import replace

from approx_build.yaml_source.node import Aside, Node, dotted, node_of


def test_paths_read_as_in_the_score() -> None:
    assert dotted(("parts", "foam", "events", 0, "hold", "rate_hz")) == (
        "parts.foam.events[0].hold.rate_hz"
    )
    assert dotted(("takes", "a b\n")) == 'takes."a b\\n"'
    assert dotted(()) == ""


def test_the_nearest_node_is_the_deepest_that_exists() -> None:
    leaf = Node((2, 4), 1)
    root = Node((1, 1), {"a": 1}, {"a": leaf})
    assert root.nearest(("a",)) == (leaf, 1)
    assert root.nearest(("a", "b", 3)) == (leaf, 1)
    assert root.nearest(("b",)) == (root, 0)


def test_generated_items_are_reported_to_be_where_they_are_from() -> None:
    written = node_of({"events": [1, 2, 3], "compose": ["dice"]}, (7, 3))
    assert written.children["events"].children[2] == Node((7, 3), 3)
    events = written.children["events"].without([(1,)])
    made = replace(node_of({"at": 4}, (9, 1)), origin=("compose", 0, Aside("bar 2")))
    both = written.with_child("events", events.with_items([made]))
    assert both.value == {"events": [1, 3, {"at": 4}], "compose": ["dice"]}
    assert both.written(("events", 1)) == ("events", 2)
    assert dotted(both.written(("events", 2, "at"))) == "compose[0] (bar 2).at"
    assert both.nearest(("events", 2, "at"))[0].place == (9, 1)
