"""`render --locked`: a render that keeps to its lock, or does nothing."""

from __future__ import annotations

import os
import signal

import pytest

from tests.sessions import ended_at_last, living, needs_proc, until
from tests.space import Space

FOAM, SAND, TIDE = "pieces/tide/1-foam.yaml", "pieces/tide/2-sand.yaml", "pieces/tide.yaml"


def test_a_render_that_keeps_to_the_lock_is_done(built: Space) -> None:
    (built.root / "renders/tide/tide.wav").unlink()
    assert "1 file written" in built.render("--locked").out


def test_a_render_that_would_change_the_lock_publishes_nothing(built: Space) -> None:
    lock = (built.root / "pieces/tide.lock").read_bytes()
    before = built.ints("tide/1-foam.wav")
    built.edit(FOAM, "    gain_db: -6\n", "    gain_db: -7\n")
    outcome = built.render("--locked", code=1)
    assert outcome.err.splitlines()[-1] == (
        "approx-build: pieces/tide.lock: --locked, and this render would change it: "
        "1-foam/stems/shore, 1-foam/master, piece/whole"
    )
    assert (built.root / "pieces/tide.lock").read_bytes() == lock
    assert (built.ints("tide/1-foam.wav") == before).all()
    built.render()
    assert (built.root / "pieces/tide.lock").read_bytes() != lock
    built.render("--locked")


def test_a_part_of_the_lock_can_be_kept_to(built: Space) -> None:
    built.edit(FOAM, "    gain_db: -6\n", "    gain_db: -7\n")
    built.render("--locked", "--movement", "2")
    built.render("--locked", "--movement", "1", code=1)


def test_without_a_lock_nothing_is_begun(space: Space) -> None:
    assert space.fails("render", TIDE, "--locked") == (
        "approx-build: pieces/tide.lock: --locked, and there is no lock; render without it first"
    )
    assert not (space.root / ".approx/records").exists()


def test_a_render_of_some_movements_changes_their_pins_alone(built: Space) -> None:
    before = built.digests()
    built.edit(FOAM, "    gain_db: -6\n", "    gain_db: -7\n")
    built.render("--movement", "1")
    after = built.digests()
    changed = {target for target in before if before[target] != after[target]}
    assert changed == {"1-foam/stems/shore", "1-foam/master"}
    assert before.keys() == after.keys()


def test_the_lock_forgets_what_the_piece_no_longer_has(built: Space) -> None:
    built.edit("pieces/tide/2-sand.yaml", "  grain:\n", "  dust:\n")
    built.render()
    assert set(built.lock()["stems"]) == {
        "1-foam/stems/shore",
        "1-foam/stems/spray",
        "2-sand/stems/dust",
    }


@needs_proc
@pytest.mark.parametrize("is_there", [False, True])
def test_two_renders_at_once_both_keep_their_pins(built: Space, is_there: bool) -> None:
    before = built.digests()
    if is_there:
        built.edit(FOAM, "    gain_db: -6\n", "    gain_db: -7\n")
        built.edit(SAND, "gain_db: -9", "gain_db: -10")
    else:
        (built.root / "pieces/tide.lock").unlink()
    one = built.process("render", TIDE, "--movement", "1", "--store", "one")
    with ended_at_last(one):
        # It has read the lock when it has a worker; the other begins and ends meanwhile.
        until(lambda: len(living(one.pid)) > 1, "at work")
        os.killpg(one.pid, signal.SIGSTOP)
        built.run("render", TIDE, "--movement", "2", "--store", "two")
        os.killpg(one.pid, signal.SIGCONT)
        out, err = one.communicate(timeout=60)
        assert one.returncode == 0, f"{out}\n{err}"
    after = built.digests()
    masters = {"1-foam/master", "2-sand/master"}
    assert masters <= after.keys()
    assert {name for name in masters if after[name] != before[name]} == (
        masters if is_there else set()
    )
