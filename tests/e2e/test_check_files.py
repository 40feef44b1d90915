"""`render --check-files`: finds what rotted on the disk without any time telling of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

import pytest

from approx_build.execution.up_to_date import FORMAT
from approx_build.files.fingerprint import fingerprint
from approx_build.store.records import seal, unseal
from tests.e2e.edits import BELL, LOCK, WAV, as_if_old, flipped, is_light, outcome, project
from tests.space import Space


@pytest.fixture
def old(rendered: Space, tmp_path: Path) -> Iterator[Space]:
    """A rendered project of one's own, remembered and long settled."""
    with as_if_old():
        space = rendered.copy(tmp_path / "project")
        # The paths of the copy are new to it.
        shutil.rmtree(space.root / ".approx/states", ignore_errors=True)
        space.render()
        assert is_light(space)
        yield space


def rot(space: Space, path: Path, place: int = -3) -> None:
    """Flip a bit as a disk does: no time tells of it, so all that is remembered still holds."""
    before, mode = fingerprint(path), path.stat().st_mode
    path.chmod(0o644)
    flipped(path.relative_to(space.root).as_posix(), place)(space)
    path.chmod(mode)
    after = fingerprint(path)
    assert before != after
    for state in (space.root / ".approx/states").iterdir():
        text = state.read_text().split("\n", 2)[2].replace(before, after)
        state.write_text(f"{FORMAT}\n{crc32(text.encode()):08x}\n{text}", newline="")
    memo = space.root / ".approx/memo.json"
    memo.write_bytes(seal((unseal(memo.read_bytes()) or "").replace(before, after)))


def object_of(space: Space, target: str) -> Path:
    digest = space.digests()[target]
    return space.root / ".approx/objects" / digest[:2] / digest[2:]


PLACES: dict[str, Callable[[Space], Path]] = {
    "a render": lambda space: space.root / WAV,
    "the page": lambda space: space.root / "renders/tide/index.html",
    "the lock": lambda space: space.root / LOCK,
    "the object of a master": lambda space: object_of(space, "1-foam/master"),
    "the object of a take": lambda space: object_of(space, "piece/takes/cry/2"),
    "the object of a checkpoint": lambda space: object_of(space, "models/tiny/4"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_flipped_bit_that_no_time_shows_of_is_found_and_put_right(old: Space, place: str) -> None:
    path, right = PLACES[place](old), outcome(old)
    good = path.read_bytes()
    # A lock that is none any more is for a person to restore; a digest in it is not.
    rot(old, path, good.index(b'"digest": "') + 12 if place == "the lock" else -3)
    # Nobody looks, so nobody sees it.
    assert is_light(old)
    assert path.read_bytes() != good
    said = old.render("--check-files")
    assert "read again: " in said.out
    assert path.read_bytes() == good
    assert outcome(old) == right
    assert is_light(old)


def test_an_input_that_no_time_shows_of_is_built(tmp_path: Path) -> None:
    with as_if_old():
        space = project(tmp_path / "project")
        space.render()
        rot(space, space.root / BELL)
        assert is_light(space)
        # Not even the long way looks.
        assert space.render("--out", "elsewhere").ran() == set()
        fresh = space.copy(tmp_path / "fresh")
        shutil.rmtree(fresh.root / ".approx")
        fresh.render()
        space.render("--check-files")
        assert outcome(space) == outcome(fresh)
        assert is_light(space)


def test_what_was_not_asked_for_is_not_read(old: Space) -> None:
    here, elsewhere = object_of(old, "1-foam/stems/shore"), object_of(old, "1-foam/stems/spray")
    good, other = here.read_bytes(), elsewhere.read_bytes()
    rot(old, here)
    rot(old, elsewhere)
    assert old.render("--check-files", "--part", "shore").ran() == {
        *("1-foam/stems/shore", "1-foam/excerpts/0-12000/shore")
    }
    assert (here.read_bytes() == good, elsewhere.read_bytes() == other) == (True, False)
    made = old.render("--check-files", "--movement", "1", "--locked").ran()
    assert made == {"1-foam/stems/spray"}
    assert elsewhere.read_bytes() == other


def test_where_all_is_right_nothing_is_made(old: Space) -> None:
    right = outcome(old)
    said = old.render("--check-files")
    assert said.ran() == set()
    assert said.out.splitlines()[-1] == "nothing to do"
    assert outcome(old) == right
