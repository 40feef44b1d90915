from __future__ import annotations

from approx_build.yaml_source.node import Node, dotted


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
