"""The queue: what goes first, and which takes go together."""

from __future__ import annotations

from approx_build.build.queue import LOCK_STEP, Queue, feeding_takes, ways_to_the_end
from approx_build.build.work import Work
from approx_build.plan.graph import Action, Graph, Kind


def graph_of(*rows: tuple[str, Kind, dict[str, str]]) -> Graph:
    graph = Graph()
    for target, kind, inputs in rows:
        graph.add(Action(target, kind, {}, inputs))
    return graph


def work(target: str, kind: Kind = Kind.EVENT, checkpoint: str = "", size: float = 1.0) -> Work:
    digests = {"checkpoint": checkpoint} if checkpoint else {}
    return Work(Action(target, kind, {}), target, {}, digests, {}, size)


def targets(batch: list[Work]) -> list[str]:
    return [each.action.target for each in batch]


def test_feeding_takes_is_everything_before_a_take() -> None:
    graph = graph_of(
        ("run", Kind.TRAIN, {}),
        ("early", Kind.CHECKPOINT, {"run": "run"}),
        ("first", Kind.TAKE, {"checkpoint": "early"}),
        ("prime", Kind.CLIP, {"source": "first"}),
        ("second", Kind.TAKE, {"checkpoint": "early", "prime": "prime"}),
        ("stem", Kind.STEM, {"event": "second"}),
    )
    assert feeding_takes(graph) == {"run", "early", "first", "prime"}


def test_ways_are_the_longest_chains() -> None:
    graph = graph_of(
        ("a", Kind.CLIP, {}), ("b", Kind.EVENT, {"x": "a"}), ("c", Kind.MIX, {"x": "a", "y": "b"})
    )
    assert ways_to_the_end(graph, {"a": 1.0, "b": 10.0, "c": 2.0}) == {
        "a": 13.0,
        "b": 12.0,
        "c": 2.0,
    }


def test_the_longest_way_goes_first_and_names_break_ties() -> None:
    queue = Queue(Graph(), {"short": 1.0, "long": 9.0, "other": 1.0})
    for target in ("short", "other", "long"):
        queue.push(work(target))
    assert [targets(queue.pop(1)) for _ in range(4)] == [["long"], ["other"], ["short"], []]


def test_takes_are_shared_among_idle_workers() -> None:
    queue = Queue(Graph(), {})
    for index in range(10):
        queue.push(work(f"t{index}", Kind.TAKE, "early", size=float(index)))
    queue.push(work("x", Kind.TAKE, "late"))
    assert targets(queue.pop(3)) == ["t9", "t8", "t7", "t6"]
    assert targets(queue.pop(2)) == ["t5", "t4", "t3"]
    assert targets(queue.pop(1)) == ["t2", "t1", "t0"]
    assert targets(queue.pop(1)) == ["x"]
    assert len(queue) == 0


def test_no_batch_exceeds_lock_step() -> None:
    queue = Queue(Graph(), {})
    for index in range(3 * LOCK_STEP):
        queue.push(work(f"t{index:03}", Kind.TAKE, "early"))
    assert [len(queue.pop(1)) for _ in range(4)] == [LOCK_STEP, LOCK_STEP, LOCK_STEP, 0]


def test_a_larger_lock_step_may_be_asked_for() -> None:
    queue = Queue(Graph(), {}, lock_step=50)
    for index in range(60):
        queue.push(work(f"t{index:03}", Kind.TAKE, "early"))
    assert len(queue.pop(1)) == 50


def test_takes_come_before_the_rest() -> None:
    queue = Queue(Graph(), {"event": 100.0})
    queue.push(work("event"))
    queue.push(work("take", Kind.TAKE, "early"))
    assert targets(queue.pop(1)) == ["take"]
