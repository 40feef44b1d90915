"""The queue: what goes first, and which takes go together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from approx_build.execution.queue import Queue, critical_paths, feeding_takes
from approx_build.execution.result import one
from approx_build.execution.work import Work
from approx_build.plan.graph import Action, Graph, Kind


def together(_take: Action) -> int:
    return 32


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
    assert critical_paths(graph, {"a": 1.0, "b": 10.0, "c": 2.0}) == {
        "a": 13.0,
        "b": 12.0,
        "c": 2.0,
    }


def test_the_longest_way_goes_first_and_names_break_ties() -> None:
    queue = Queue(Graph(), {"short": 1.0, "long": 9.0, "other": 1.0}, together)
    for target in ("short", "other", "long"):
        queue.push(work(target))
    assert [targets(queue.pop(1)) for _ in range(4)] == [["long"], ["other"], ["short"], []]


def test_takes_are_shared_among_idle_workers() -> None:
    queue = Queue(Graph(), {}, together)
    for index in range(10):
        queue.push(work(f"t{index}", Kind.TAKE, "early", size=float(index)))
    queue.push(work("x", Kind.TAKE, "late"))
    assert targets(queue.pop(3)) == ["t9", "t8", "t7", "t6"]
    assert targets(queue.pop(2)) == ["t5", "t4", "t3"]
    assert targets(queue.pop(1)) == ["t2", "t1", "t0"]
    assert targets(queue.pop(1)) == ["x"]
    assert len(queue) == 0


def test_a_take_whose_turn_came_is_not_lost_when_longer_ones_go_before_it() -> None:
    """What others wait for comes to the head, though its batch is of the longest."""
    graph = graph_of(
        ("short", Kind.TAKE, {}),
        ("long", Kind.TAKE, {}),
        ("prime", Kind.CLIP, {"source": "short"}),
        ("last", Kind.TAKE, {"prime": "prime"}),
    )
    queue = Queue(graph, {}, together)
    queue.push(work("short", Kind.TAKE, "late", size=1.0))
    queue.push(work("long", Kind.TAKE, "late", size=2.0))
    assert [targets(queue.pop(8)) for _ in range(2)] == [["long"], ["short"]]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 3), st.booleans()), max_size=12),
    st.lists(st.integers(1, 9), min_size=12, max_size=12),
)
def test_whatever_is_pushed_is_popped_once(
    takes: list[tuple[str, int, bool]], idles: list[int]
) -> None:
    rows = [(f"t{index}", Kind.TAKE, dict[str, str]()) for index in range(len(takes))]
    fed = [(f"f{index}", Kind.TAKE, {"p": f"t{index}"}) for index, t in enumerate(takes) if t[2]]
    queue = Queue(graph_of(*rows, *fed), {}, together)
    for index, (checkpoint, size, _) in enumerate(takes):
        queue.push(work(f"t{index}", Kind.TAKE, checkpoint, float(size)))
    popped = list[str]()
    for idle in idles:
        batch = targets(queue.pop(idle))
        assert bool(batch) == (len(popped) < len(takes))
        popped += batch
    assert sorted(popped) == sorted(row[0] for row in rows)


def test_no_batch_exceeds_lock_step() -> None:
    queue = Queue(Graph(), {}, together)
    for index in range(3 * 32):
        queue.push(work(f"t{index:03}", Kind.TAKE, "early"))
    assert [len(queue.pop(1)) for _ in range(4)] == [32, 32, 32, 0]


def test_takes_that_gain_nothing_together_go_one_by_one_longest_first() -> None:
    queue = Queue(Graph(), {}, one)
    for index, size in enumerate((1.0, 3.0, 2.0)):
        queue.push(work(f"t{index}", Kind.TAKE, "early", size))
    assert [targets(queue.pop(1)) for _ in range(4)] == [["t1"], ["t2"], ["t0"], []]


def test_takes_come_before_the_rest() -> None:
    queue = Queue(Graph(), {"event": 100.0}, together)
    queue.push(work("event"))
    queue.push(work("take", Kind.TAKE, "early"))
    assert targets(queue.pop(1)) == ["take"]
