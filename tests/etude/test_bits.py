"""A version that was not raised is found: by the file of sources, and by the étude's bits."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from approx_build.plan.graph import Action, Kind
from tests.etude import bits, pins, trained, units
from tests.etude.bits import Changed, Rendered, changed, refusals
from tests.etude.sources import Tree
from tests.etude.study import ROOT, Made
from tests.etude.units import PACKAGE, Bits, Unit

RECREATION = "run: just bits (it renders the étude; the file is written where bits are equal)"
HOLD = Action("e", Kind.EVENT, {"chain": [{"params": {"op": "hold"}, "version": 1}]})
STANDS_ON = {"operation hold": Unit("1", ("numerics/window.py", "ops/hold.py"))}
OLD = Bits({"operation hold": ("1", "aa")}, {"numerics/window.py": "1", "ops/hold.py": "2"})


def test_the_file_describes_the_sources_as_they_are() -> None:
    tree = Tree(PACKAGE)
    moved = changed(units.read(), units.bits(tree), units.units(tree))
    assert not moved, "\n".join([*map(str, moved), RECREATION])


def test_the_keys_have_the_fields_that_they_had() -> None:
    moved = bits.changed_fields(units.read(), Bits({}, {}, units.fields_of_keys()))
    assert not moved, "\n".join([*moved, "what is left out of a key serves sound of other values"])


def test_a_field_that_is_left_out_of_a_key_is_named() -> None:
    old, new = Bits({}, {}, {"stem": ("params.gain_db", "params.pan")}), Bits({}, {}, {"stem": ()})
    assert bits.changed_fields(old, new) == [
        "kind stem: its key no longer has params.gain_db",
        "kind stem: its key no longer has params.pan",
    ]
    assert bits.changed_fields(new, old)[0] == "kind stem: its key has params.gain_db now"


def test_every_operation_family_kind_and_kernel_is_in_it() -> None:
    named = {name.partition(" ")[0] for name in units.read().units}
    assert named == {"operation", "family", "training", "kind", "kernel"}


def test_a_file_that_changed_is_named_with_what_depends_on_it() -> None:
    new = Bits({"operation hold": ("1", "bb")}, {"numerics/window.py": "9", "ops/hold.py": "2"})
    (one,) = changed(OLD, new, STANDS_ON)
    assert str(one) == "operation hold, version 1: numerics/window.py changed"
    assert not one.is_risen


@pytest.mark.parametrize(
    ("old", "new", "is_risen"),
    [
        ("1", "2", True),
        ("2", "1", False),
        ("1", "1", False),
        ("dance-diffusion 3, wavenet 1", "dance-diffusion 3, wavenet 2", True),
        ("dance-diffusion 3, wavenet 2", "dance-diffusion 4, wavenet 1", False),
        ("1, schema 2", "1, schema 3", True),
    ],
)
def test_a_version_rises_when_no_number_of_it_falls(old: str, new: str, is_risen: bool) -> None:
    assert Changed("a", old, new).is_risen == is_risen


def test_what_is_new_or_gone_is_reported() -> None:
    new = Bits({"operation swell": ("1", "cc")}, {})
    said = [str(one) for one in changed(OLD, new, {})]
    assert said == ["operation hold: is gone", "operation swell: is new"]


MOVED = Changed("operation hold", "1", "1", ("ops/hold.py",))
RISEN = Changed("operation hold", "1", "2", ("ops/hold.py",))
STALE = pins.Difference(HOLD, Made("k", "d"), Made("k", "x"))
OTHER = pins.Difference(HOLD, Made("k", "d"), Made("other", "x"))


def test_equal_bits_let_a_change_pass() -> None:
    assert refusals([MOVED], [], {"operation hold"}) == []


def test_other_bits_for_one_key_are_refused_and_what_changed_is_named() -> None:
    (said,) = refusals([MOVED], [STALE], {"operation hold"})
    assert said == (
        "e (event, hold 1): the same key, and other bytes: raise the version of what changed\n"
        "  operation hold: ops/hold.py changed"
    )


def test_a_raised_version_lets_other_bits_pass() -> None:
    assert refusals([RISEN], [OTHER], set()) == []


def test_a_change_that_nothing_shows_to_be_equal_is_refused() -> None:
    (said,) = refusals([MOVED], [OTHER], {"operation salad"})
    assert said.startswith("operation hold, version 1: ops/hold.py changed, and no action of the")


def test_other_numbers_inside_of_a_module_want_other_versions_of_all_that_depends_on_it() -> None:
    rendered = Rendered({}, {}, [], ["numerics/window.py"])
    (said,) = bits.unraised([MOVED], rendered, STANDS_ON)
    assert said.startswith("numerics/window.py: other numbers than are pinned")
    assert said.endswith("raise the version of operation hold")
    assert bits.unraised([RISEN], rendered, STANDS_ON) == []
    assert bits.unraised([MOVED], Rendered({}, {}, [], ["audio/pan.py"]), STANDS_ON) == []


def test_probes_that_changed_are_taken_as_they_are_unless_sources_changed_with_them() -> None:
    rendered = Rendered({}, {}, [], ["numerics/window.py"], has_other_probes=True)
    assert bits.unraised([], rendered, STANDS_ON) == []
    assert bits.unraised([MOVED], rendered, STANDS_ON) == [
        "ops/hold.py and the probes changed; change one at a time"
    ]


def test_probes_that_give_the_numbers_of_before_in_other_words_change_nothing() -> None:
    before = {"audio/pan.py": Made("asked", "aa"), "audio/mix.py": Made("asked", "bb")}
    found = {"audio/pan.py": Made("other", "aa"), "audio/mix.py": Made("other", "cc")}
    assert bits.others(before, found | {"audio/new.py": Made("other", "dd")}) == ["audio/mix.py"]


def test_sources_that_lay_elsewhere_are_known_by_the_digest_of_every_file(tmp_path: Path) -> None:
    package = tmp_path / "approx_build"
    (package / "kernels").mkdir(parents=True)
    (package / "kernels" / "old.py").write_text("LANES = 4\n")
    old = Bits({}, {"kernels/old.py": Tree(package).digest("kernels/old.py")})
    assert trained._is_described(Tree(package), old)
    assert not trained._is_described(Tree(package), Bits({}, {"kernels/old.py": "another"}))
    assert not trained._is_described(Tree(package), Bits({}, {"kernels/gone.py": "a"}))


def test_the_file_survives_writing(tmp_path: Path) -> None:
    path = tmp_path / "bits.json"
    units.write(OLD, path)
    assert units.read(path) == OLD
    assert units.read(tmp_path / "none.json") == Bits({}, {})


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A copy of the package, to be changed."""
    shutil.copytree(PACKAGE, tmp_path / "approx_build")
    return tmp_path


@pytest.mark.slow
def test_trainings_are_compared_by_training(planted: Path) -> None:
    path = planted / "approx_build/training/optimizers.py"
    text = path.read_text()
    assert "mul_(self.momentum)" in text
    path.write_text(text.replace("mul_(self.momentum)", "mul_(0.5 * self.momentum)"))
    assert trained.compared(ROOT, planted, ["etude-whistle"]) == [
        "etude-whistle: trained to other weights than by the sources before"
    ]


def test_a_training_with_another_manifest_is_not_compared(planted: Path) -> None:
    path = planted / "approx_build/training/model.py"
    path.write_text(
        path.read_text().replace("AUGMENTATION_VERSION = 2", "AUGMENTATION_VERSION = 9")
    )
    assert trained._manifest(ROOT, "etude-wash") != trained._manifest(planted, "etude-wash")
    assert trained._manifest(ROOT, "etude-mist") == trained._manifest(planted, "etude-mist")
    assert trained.compared(ROOT, planted, ["etude-wash"]) == []


def test_a_family_that_is_new_is_not_compared(planted: Path) -> None:
    shutil.rmtree(planted / "approx_build/families/ddsp")
    assert trained._manifest(planted, "etude-flute") == "no such family\n"
    assert trained.compared(planted, ROOT, ["etude-flute"]) == []


def test_the_command_is_a_recipe() -> None:
    recipes = (ROOT / "justfile").read_text(encoding="utf-8")
    assert "\nbits:\n    python -m tests.etude.bits\n" in recipes
    command = [sys.executable, "-m", "tests.etude.bits", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert bits.__doc__ is not None
    assert "--jobs" in done.stdout
