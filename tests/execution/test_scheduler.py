"""The scheduler, with counting fake actions: what runs, what does not, and what failure does."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import counting_actions
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approx_build.errors import BuildError, Location
from approx_build.execution.executors.local import InProcess
from approx_build.execution.runner import Runner
from approx_build.plan.graph import Kind
from approx_build.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from conftest import Yard

    from approx_build.execution.work import Result, Work


def diamond(yard: Yard) -> str:
    source = yard.leaf("phrase.txt", "la")
    yard.act("clip", [source])
    yard.act("left", ["clip"], side="left")
    yard.act("right", ["clip"], side="right")
    return yard.act("mix", ["left", "right"], Kind.MIX)


def test_everything_runs_once_and_inputs_first(yard: Yard) -> None:
    built = yard.build(diamond(yard))
    assert built.ran == ["clip", "right", "left", "mix"] or built.ran == [
        "clip",
        "left",
        "right",
        "mix",
    ]
    assert [len(batch) for batch in yard.runs()] == [1, 1, 1, 1]
    assert '"side":"left"' in yard.content(built, "mix").replace("\\", "")
    assert built.records["mix"].facts == {"length": len(yard.content(built, "mix"))}


def test_a_second_build_runs_nothing(yard: Yard) -> None:
    first = yard.build(diamond(yard))
    yard.runs()
    second = yard.build("mix")
    assert yard.runs() == second.ran == []
    assert sorted(second.reused) == ["clip", "left", "mix", "right"]
    assert second.records == first.records


def test_a_file_may_be_wanted(yard: Yard) -> None:
    assert yard.build(yard.leaf("phrase.txt", "la")).records == {}


def test_only_what_a_target_needs_is_built(yard: Yard) -> None:
    diamond(yard)
    yard.build("left")
    assert yard.ran() == ["clip", "left"]


def test_a_changed_parameter_rebuilds_what_depends_on_it(yard: Yard) -> None:
    yard.build(diamond(yard))
    yard.runs()
    yard.act("left", ["clip"], side="far left")
    yard.build("mix")
    assert yard.ran() == ["left", "mix"]


def test_a_changed_file_rebuilds_what_depends_on_it(yard: Yard) -> None:
    yard.build(diamond(yard))
    yard.runs()
    yard.leaf("phrase.txt", "lo")
    yard.build("mix")
    assert yard.ran() == ["clip", "left", "mix", "right"]


def test_what_comes_out_equal_stops_there(yard: Yard) -> None:
    yard.act("clip", [yard.leaf("phrase.txt", "la")], text="the same")
    yard.act("stem", ["clip"])
    yard.build("stem")
    yard.runs()
    yard.leaf("phrase.txt", "lo")
    yard.build("stem")
    assert yard.ran() == ["clip"]


def test_going_back_to_an_earlier_parameter_runs_nothing(yard: Yard) -> None:
    for gain in (1, 2):
        yard.act("stem", gain=gain)
        yard.build("stem")
    yard.runs()
    yard.act("stem", gain=1)
    built = yard.build("stem")
    assert yard.runs() == []
    assert yard.store.journal.latest()["stem"].key == built.records["stem"].key


def test_two_targets_of_one_key_are_made_by_one_run(yard: Yard) -> None:
    yard.act("a", note=1)
    yard.act("b", note=1)
    yard.act("mix", ["a", "b"])
    built = yard.build("mix")
    assert len(yard.ran()) == 2
    assert built.records["a"] == built.records["b"]
    assert sorted([*built.ran, *built.reused]) == ["a", "b", "mix"]


@pytest.mark.parametrize("how", ["removed", "emptied", "flipped"])
def test_a_damaged_object_is_made_again_when_it_is_wanted(yard: Yard, how: str) -> None:
    built = yard.build(diamond(yard))
    yard.runs()
    with yard.damaged(built, "mix") as path:
        data = path.read_bytes()
        path.write_bytes(b"" if how == "emptied" else b"X" + data[1:])
        if how == "removed":
            path.unlink()
            path.touch()
    if how == "removed":
        path.unlink()
    again = yard.build("mix")
    assert yard.ran() == ["mix"]
    assert again.failures == []
    assert yard.content(again, "mix").encode() == data


def test_a_damaged_object_in_the_middle_is_made_again_only_when_read(yard: Yard) -> None:
    built = yard.build(diamond(yard))
    yard.runs()
    with yard.damaged(built, "clip") as path:
        path.write_bytes(b"noise")
    with yard.damaged(built, "left") as path:
        path.write_bytes(b"noise")
    yard.build("mix")
    assert yard.runs() == []
    yard.act("mix", ["left", "right"], Kind.MIX, gain=2)
    again = yard.build("mix")
    assert yard.ran() == ["clip", "left", "mix"]
    assert "noise" not in yard.content(again, "mix")


def test_an_object_that_comes_out_different_is_reported_so(yard: Yard) -> None:
    yard.act("clip", [yard.leaf("phrase.txt", "la")])
    yard.act("stem", ["clip"])
    built = yard.build("stem")
    record = built.records["clip"]
    wrong = yard.store.objects.put_bytes(b"not deterministic")
    yard.store.records.put(replace(record, outputs={"main": wrong}))
    yard.store.objects.path(wrong).unlink()
    again = yard.build("stem")
    assert [failure.target for failure in again.failures] == ["clip"]
    assert "came out different" in again.failures[0].message
    assert again.skipped == ["stem"]
    assert yard.build("stem").failures == []


def test_an_action_that_stores_nothing_is_a_bug(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    import counting_actions

    from approx_build.execution.work import Result

    monkeypatch.setattr(counting_actions, "_make", lambda *_: Result({"main": "ab" * 32}))
    yard.act("stem")
    (failure,) = yard.build("stem", executor=yard.executor(0)).failures
    assert "did not store it" in failure.message


def test_a_failure_has_its_message_and_place_and_stops_the_build(yard: Yard) -> None:
    yard.act("bad", do="fail")
    yard.graph.actions["bad"] = replace(
        yard.graph.actions["bad"], where=Location("tide/1.yaml", 14, 7)
    )
    yard.act("stem", ["bad"])
    built = yard.build("stem")
    with pytest.raises(
        BuildError, match=r"^tide/1\.yaml:14:7: bad: a grain is longer than the clip$"
    ):
        built.check()
    assert built.skipped == ["stem"]
    assert "stem" not in built.records


def test_a_bug_shows_its_traceback(yard: Yard) -> None:
    yard.act("bad", do="bug")
    with pytest.raises(
        BuildError, match=r"(?s)ZeroDivisionError: no such number.*Traceback.*_misbehave"
    ):
        yard.build("bad").check()


def test_keep_going_builds_what_does_not_depend_on_a_failure(yard: Yard) -> None:
    yard.act("bad", do="fail")
    yard.act("worse", do="bug")
    yard.act("stem", ["bad"])
    for index in range(5):
        yard.act(f"good{index}", note=index)
    wanted = ["stem", "worse", *(f"good{index}" for index in range(5))]
    built = yard.build(*wanted, keep_going=True)
    assert sorted(built.ran) == [f"good{index}" for index in range(5)]
    assert sorted(failure.target for failure in built.failures) == ["bad", "worse"]
    with pytest.raises(BuildError, match="2 actions failed"):
        built.check()
    yard.act("bad", note="mended")
    yard.act("worse", note="mended too")
    yard.runs()
    yard.build(*wanted)
    assert yard.ran() == ["bad", "stem", "worse"]


def test_a_missing_file_fails_the_action_that_needs_it(yard: Yard) -> None:
    yard.act("clip", [yard.leaf("phrase.txt", "la")])
    (yard.root / "phrase.txt").unlink()
    with pytest.raises(BuildError, match=r"clip: .*phrase\.txt cannot be read: no such file"):
        yard.build("clip").check()


def test_a_file_that_changes_while_it_is_used_is_not_recorded(yard: Yard) -> None:
    yard.act("clip", [yard.leaf("phrase.txt", "la")], do="touch")
    with pytest.raises(BuildError, match=r"phrase\.txt changed while it was being used"):
        yard.build("clip").check()
    assert list(yard.store.records) == []


def before_and_after(*targets: str) -> list[tuple[str, str]]:
    return [(target, side) for target in targets for side in ("before", "after")]


MOMENTS = before_and_after("one", "two")
"""When a file is edited that both actions read, the one after the other."""


@pytest.mark.parametrize("is_old", [True, False], ids=["old", "young"])
@pytest.mark.parametrize(
    ("edited", "undone"),
    [
        (edited, undone)
        for place, edited in enumerate(MOMENTS)
        for undone in [None, *MOMENTS[place + 1 :]]
    ],
    ids=str,
)
def test_whenever_a_file_is_edited_every_record_is_of_what_its_action_read(
    yard: Yard,
    monkeypatch: pytest.MonkeyPatch,
    edited: tuple[str, str],
    undone: tuple[str, str] | None,
    is_old: bool,
) -> None:
    real_ns, phrase = time.time_ns, yard.root / "phrase.txt"
    if is_old:
        monkeypatch.setattr(time, "time_ns", lambda: real_ns() + 10**12)
    leaf = yard.leaf("phrase.txt", "la")
    yard.act("one", [leaf])
    yard.act("two", [leaf, "one"])

    def at(moment: tuple[str, str]) -> None:
        for when, text in ((edited, "lo"), (undone, "la")):
            if when == moment:
                state = phrase.stat()
                phrase.write_text(text)
                os.utime(phrase, ns=(state.st_atime_ns, state.st_mtime_ns))

    def run(batch: Sequence[Work], *others: Any) -> list[Result]:
        at((batch[0].action.target, "before"))
        made = counting_actions.run(batch, *others)
        at((batch[0].action.target, "after"))
        return made

    store = Store(yard.store.root)
    built = yard.build("two", executor=InProcess(Runner(run, store, str(yard.root / "log"))))
    for record in map(store.records.get, store.records):
        _, read, _ = json.loads(store.objects.read(record.digest))
        digests = {role: sha256(text.encode()).hexdigest() for role, text in read.items()}
        assert digests == record.manifest["inputs"]
    assert "changed while it was being used" in built.failures[0].message


@st.composite
def layouts(draw: st.DrawFn) -> list[list[int]]:
    """For each action, the earlier ones that it reads."""
    count = draw(st.integers(1, 9))
    return [sorted(draw(st.sets(st.integers(0, n - 1)))) if n else [] for n in range(count)]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(layouts(), st.data())
def test_on_any_graph_nothing_runs_early_or_twice(
    yard: Yard, layout: list[list[int]], data: st.DataObject
) -> None:
    yard = yard.another()
    names = [f"t{index}" for index in range(len(layout))]
    for name, sources in zip(names, layout, strict=True):
        yard.act(name, [names[source] for source in sources], name=name)
    yard.build(*names)
    order = [target for batch in yard.runs() for target in batch]
    assert sorted(order) == sorted(names)
    place = {target: index for index, target in enumerate(order)}
    for name, sources in zip(names, layout, strict=True):
        assert all(place[names[s]] < place[name] for s in sources)
    changed = data.draw(st.sampled_from(names))
    yard.graph.actions[changed] = replace(yard.graph.actions[changed], stream="other")
    yard.build(*names)
    downstream = {changed}
    for name, sources in zip(names, layout, strict=True):
        if downstream & {names[source] for source in sources}:
            downstream.add(name)
    assert set(yard.ran()) <= downstream
    assert yard.build(*names).ran == []


def takes(yard: Yard, count: int, checkpoint: str, **params: int) -> list[str]:
    targets = []
    for index in range(count):
        target = f"{checkpoint}/take{index:03}"
        yard.act(target, {"checkpoint": checkpoint}, Kind.TAKE, clip=index, **params)
        targets.append(target)
    return targets


def test_takes_of_one_checkpoint_are_drawn_together_across_the_graph(yard: Yard) -> None:
    for name in ("early", "late"):
        yard.act(name, kind=Kind.CHECKPOINT, step=name)
    first, second = takes(yard, 12, "early"), takes(yard, 5, "late")
    yard.act("one", first[:6])
    yard.act("two", [*first[6:], *second])
    yard.build("one", "two")
    batches = [sorted(batch) for batch in yard.runs() if len(batch) > 1]
    assert sorted(batches) == sorted([first, second])


def test_a_batch_has_at_most_thirty_two_takes_longest_first(yard: Yard) -> None:
    yard.act("early", kind=Kind.CHECKPOINT)
    targets = takes(yard, 40, "early")
    for index, target in enumerate(targets):
        yard.act(target, {"checkpoint": "early"}, Kind.TAKE, clip=index, count=index + 1)
    yard.build(*targets)
    sizes = [batch for batch in yard.runs() if batch != ["early"]]
    assert [len(batch) for batch in sizes] == [32, 8]
    assert sizes[0] == list(reversed(targets))[:32]


def test_takes_wait_for_a_prime_that_lets_more_takes_join(yard: Yard) -> None:
    yard.act("early", kind=Kind.CHECKPOINT)
    plain = takes(yard, 3, "early")
    yard.act("prime", kind=Kind.CLIP)
    yard.act("guess", {"checkpoint": "early", "prime": "prime"}, Kind.TAKE)
    yard.build(*plain, "guess")
    assert sorted(yard.runs()[-1]) == sorted([*plain, "guess"])


def test_one_bad_take_does_not_spoil_its_batch(yard: Yard) -> None:
    yard.act("early", kind=Kind.CHECKPOINT)
    targets = takes(yard, 3, "early")
    yard.act("bad", {"checkpoint": "early"}, Kind.TAKE, do="fail")
    built = yard.build(*targets, "bad")
    assert [failure.target for failure in built.failures] == ["bad"]
    assert sorted(built.ran) == ["early", *targets]


def test_a_full_disk_fails_the_action_and_the_next_build_continues(
    yard: Yard, small_disk: Path
) -> None:
    yard.store = Store(small_disk / "store")
    yard.act("first")
    yard.act("huge", ["first"], text="la" * 600_000)
    yard.act("stem", ["huge"])
    with pytest.raises(BuildError, match=r"huge: the disk is full: .* free some space"):
        yard.build("stem").check()
    assert list((small_disk / "store" / "drafts").iterdir()) == []
    yard.act("huge", ["first"], text="la")
    yard.runs()
    assert yard.build("stem").failures == []
    assert yard.ran() == ["huge", "stem"]


def test_a_read_only_store_serves_what_it_has_and_refuses_the_rest(
    yard: Yard, read_only: Callable[[Path], AbstractContextManager[None]]
) -> None:
    first = yard.build(diamond(yard))
    with read_only(yard.store.root):
        assert yard.build("mix").records == first.records
        yard.act("left", ["clip"], side="far left")
        with pytest.raises(BuildError, match=r"left: .* cannot be written"):
            yard.build("mix").check()
