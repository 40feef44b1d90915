"""`render --locked`: a render that keeps to its lock, or does nothing."""

from __future__ import annotations

from tests.space import Space

FOAM, TIDE = "pieces/tide/1-foam.yaml", "pieces/tide.yaml"


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
