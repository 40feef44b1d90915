"""States as a collection and a check read them: the piece, its files, its objects."""

from __future__ import annotations

import os
import time
from pathlib import Path

from approx_build.execution.up_to_date import state_path, write_state
from approx_build.files.fingerprint import GONE, UNKNOWN, fingerprint
from approx_build.files.readlog import Reading
from approx_build.store.store import Store
from approx_build.upkeep.states import Finished, drop, finished, newest


def render(store: Store, piece: Path, out: Path, age_s: float = 0) -> Path:
    """The state of a render with one object and one file."""
    digest = store.objects.put_bytes(b"sound")
    out.mkdir(parents=True, exist_ok=True)
    file = out / "tide.wav"
    file.write_bytes(b"sound")
    now_ns = time.time_ns()
    made = {
        str(file): Reading(digest, fingerprint(file), now_ns),
        str(store.objects.path(digest)): Reading(digest, UNKNOWN, now_ns),
        str(piece): Reading("ab" * 32, GONE, now_ns),
    }
    options = ["render", str(piece), str(out)]
    path = Path(state_path(str(store.root), options))
    write_state(str(path), options, made, {})
    os.utime(path, (2_000_000_000 - age_s,) * 2)
    return path


def test_a_render_shows_its_piece_files_and_objects(store: Store, tmp_path: Path) -> None:
    piece, out = tmp_path / "tide.yaml", tmp_path / "renders"
    path = render(store, piece, out)
    (one,), damaged = finished(store.root)
    assert (one.path, one.piece, one.out, damaged) == (path, piece, out, [])
    digest = next(iter(store.objects))
    assert one.digests == {digest, "ab" * 32}
    file = out / "tide.wav"
    assert set(one.delivered) == {file}
    assert one.delivered[file].digest == digest
    assert one.delivered[file].is_same(file)
    assert not one.is_moved
    file.write_bytes(b"other sound")
    assert not one.delivered[file].is_same(file)
    file.unlink()
    assert not one.delivered[file].is_same(file)


def test_the_newest_render_of_each_piece_is_found(store: Store, tmp_path: Path) -> None:
    tide, fog = tmp_path / "tide.yaml", tmp_path / "fog.yaml"
    render(store, tide, tmp_path / "a", 300)
    last = render(store, tide, tmp_path / "b", 100)
    other = render(store, fog, tmp_path / "c", 200)
    renders, _ = finished(store.root)
    assert [one.path for one in newest(renders)] == [last, other]
    assert len(renders) == 3


def test_damage_and_drafts_are_reported_apart(store: Store, tmp_path: Path) -> None:
    path = render(store, tmp_path / "tide.yaml", tmp_path / "renders")
    path.with_name(f"{path.name}.123").write_text("half")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert finished(store.root) == ([], [path])
    assert finished(tmp_path / "none") == ([], [])


def test_a_store_that_was_moved_is_known_by_its_objects(store: Store, tmp_path: Path) -> None:
    render(store, tmp_path / "tide.yaml", tmp_path / "renders")
    os.rename(store.root, tmp_path / "moved")
    (one,), _ = finished(tmp_path / "moved")
    assert one.is_moved


def test_a_state_that_is_dropped_leaves_its_piece_in_the_register(
    store: Store, tmp_path: Path
) -> None:
    piece = tmp_path / "tide.yaml"
    piece.write_text("")
    render(store, piece, tmp_path / "renders")
    (one,) = finished(store.root)[0]
    drop(store, one)
    drop(store, one)
    assert finished(store.root) == ([], [])
    assert [use.piece for use in store.projects.uses()] == [piece]


def test_other_commands_are_no_renders(store: Store) -> None:
    options = ["plan", "tide.yaml"]
    write_state(state_path(str(store.root), options), options, {}, {})
    found: list[Finished] = finished(store.root)[0]
    assert found == []
