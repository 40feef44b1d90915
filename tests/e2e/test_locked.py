"""`render --locked`: a render that keeps to its lock, or does nothing."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from approx_build.training.checkpoint import with_name
from tests.sessions import ended_at_last, living, needs_proc, until
from tests.space import Space, project

LOCK = "pieces/tide.lock"
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
        "approx-build: pieces/tide.lock: "
        "this render would change the lock, which --locked forbids: "
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
        "approx-build: pieces/tide.lock: there is no such lock, which --locked needs; "
        "render without it first"
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


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Space:
    """A rendered project that ships no checkpoints. Copy it to use it."""
    space = project(tmp_path_factory.mktemp("first") / "project")
    space.render("--jobs", "1")
    return space


def clone(space: Space, root: Path) -> Space:
    """What version control has of a project."""
    other = project(root)
    other.write(LOCK, (space.root / LOCK).read_text())
    return other


def change(space: Space, section: str, **fields: str) -> None:
    """Write other fields into every pin of a section of the lock, and no version of its keys."""
    lock: dict[str, Any] = space.lock()
    for target, pin in lock[section].items():
        lock[section][target] = {
            **pin,
            **{k: v.format(pin=pin, target=target) for k, v in fields.items()},
        }
    del lock["versions"]["train"]
    space.write(LOCK, json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


def test_a_clone_that_trains_to_the_same_bits_keeps_to_the_lock(
    first: Space, tmp_path: Path
) -> None:
    other = clone(first, tmp_path / "clone")
    outcome = other.render("--locked", "--jobs", "3")
    assert "models/tiny/run" in outcome.ran()
    assert (other.root / LOCK).read_bytes() == (first.root / LOCK).read_bytes()


def test_training_again_in_another_store_changes_no_key(first: Space, tmp_path: Path) -> None:
    other = first.copy(tmp_path / "project")
    said = other.render("--store", "other", "--jobs", "3").out
    assert "lock" not in said
    assert (other.root / LOCK).read_bytes() == (first.root / LOCK).read_bytes()


def test_a_lock_with_keys_of_an_older_form_is_kept_to_and_renewed_in_one_step(
    built: Space,
) -> None:
    right = (built.root / LOCK).read_bytes()
    change(built, "checkpoints", key="0" * 64)
    older = (built.root / LOCK).read_bytes()
    words = "3 keys in the lock are of an older form; every sound is the same"
    said = built.render("--locked").out.strip()
    assert said.endswith(f"pieces/tide.lock: {words}; a render without --locked renews them")
    assert (built.root / LOCK).read_bytes() == older
    said = built.render().out.strip()
    assert said.endswith(f"pieces/tide.lock has changed; commit it; {words}")
    assert (built.root / LOCK).read_bytes() == right
    assert built.render("--locked").out.endswith("nothing to do\n")


def test_a_lock_of_checkpoints_that_named_their_model_is_honoured(
    first: Space, tmp_path: Path
) -> None:
    other = clone(first, tmp_path / "clone")
    lock = other.lock()
    for target, pin in lock["checkpoints"].items():
        path = first.root / ".approx/objects" / pin["digest"][:2] / pin["digest"][2:]
        older = hashlib.sha256(with_name(path, "tiny")).hexdigest()
        assert older != pin["digest"], target
        lock["checkpoints"][target] = {"key": "0" * 64, "digest": older}
    del lock["versions"]["train"]
    other.write(LOCK, json.dumps(lock))
    older_text = (other.root / LOCK).read_text()
    assert "3 keys in the lock are of an older form" in other.render("--locked").out
    assert (other.root / LOCK).read_text() == older_text
    assert "not the checkpoints" not in other.render().out
    assert (other.root / LOCK).read_bytes() == (first.root / LOCK).read_bytes()


def test_other_weights_are_no_older_form(built: Space) -> None:
    change(built, "checkpoints", digest="0" * 64)
    said = built.render("--locked", code=1).err
    assert "would change the lock, which --locked forbids: models/tiny/0, models/tiny/2" in said
    assert "these checkpoints differ from the lock: models/tiny/0," in built.render().out


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
