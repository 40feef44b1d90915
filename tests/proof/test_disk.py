"""What the simulated power cut may take, and what it may not."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.proof import disk
from tests.proof.shim import Control, Fault

Cut = Callable[[str], list[dict[str, bytes]]]
CUTS = 60


@pytest.fixture
def cut(library: Path, tmp_path: Path) -> Cut:
    """Runs Python statements and cuts the power after them, many times: the trees that are left."""
    count = [0]

    def cutting(code: str) -> list[dict[str, bytes]]:
        count[0] += 1
        folders = [tmp_path / f"{count[0]}-{seed}" for seed in range(CUTS)]
        controls = [_prepared(folder) for folder in folders]
        asked = "\n".join(f"{control.path} {control.root}" for control in controls)
        subprocess.run(
            [sys.executable, "-S", "-c", RUN.format(library=str(library), code=code)],
            env={**os.environ, "LD_PRELOAD": str(library)},
            input=asked,
            text=True,
            check=True,
        )
        for seed, control in enumerate(controls):
            disk.cut(control, random.Random(seed))
            assert not list(control.saved.iterdir())
        return [_tree(control.root) for control in controls]

    return cutting


def _prepared(folder: Path) -> Control:
    for name in ("root", "saved"):
        (folder / name).mkdir(parents=True)
    (folder / "root" / "before").write_bytes(b"old")
    control = Control(folder / "control", folder / "root", folder / "saved")
    control.arm(Fault(), logs=True)
    return control


def _tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


RUN = """
import ctypes, os, sys
def write(name, data, synced):
    with open(name, "wb", 0) as file:
        file.write(data)
        if synced:
            os.fsync(file.fileno())

def settle(folder="."):
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)

for line in sys.stdin.read().splitlines():
    if os.fork() == 0:
        control, root = line.split()
        assert not ctypes.CDLL({library!r}).proof_attach(control.encode())
        os.chdir(root)
        exec({code!r})
        os._exit(0)
    assert os.wait()[1] == 0
"""


def test_what_is_synced_under_a_settled_name_is_always_there(cut: Cut) -> None:
    found = cut("write('a', b'x' * 9000, True); os.rename('a', 'b'); settle()")
    assert all(tree == {"before": b"old", "b": b"x" * 9000} for tree in found)


def test_bytes_that_were_not_synced_may_be_lost_in_several_ways(cut: Cut) -> None:
    found = {tree["a"] for tree in cut("write('a', b'x' * 9000, False); settle()")}
    assert b"x" * 9000 in found
    assert b"" in found
    assert any(0 < len(data) < 9000 for data in found)
    assert any(len(data) == 9000 and b"\0" * 500 in data for data in found)


def test_a_name_that_was_not_settled_is_old_or_new_and_never_half(cut: Cut) -> None:
    found = cut("write('a', b'new', True); settle(); os.rename('a', 'before')")
    assert {tuple(sorted(tree.items())) for tree in found} == {
        (("a", b"new"), ("before", b"old")),
        (("before", b"new"),),
    }


def test_a_removed_file_may_come_back(cut: Cut) -> None:
    found = cut("os.unlink('before')")
    assert {tuple(tree) for tree in found} == {(), ("before",)}


def test_later_changes_may_outlive_earlier_ones_unless_a_sync_comes_between(cut: Cut) -> None:
    code = "write('a', b'1', True); {} write('b', b'2', True)"
    loose = {tuple(sorted(tree)) for tree in cut(code.format(""))}
    assert ("b", "before") in loose
    ordered = {tuple(sorted(tree)) for tree in cut(code.format("settle();"))}
    assert ordered == {("a", "before"), ("a", "b", "before")}


def test_what_is_in_a_folder_goes_with_it(cut: Cut) -> None:
    found = cut("os.mkdir('d'); write('d/a', b'1', True); settle('d')")
    # Syncing the folder keeps what is in it, and so the folder's own name.
    assert all(tree == {"before": b"old", "d/a": b"1"} for tree in found)
    lost = cut("os.mkdir('d'); write('d/a', b'1', True)")
    assert {"d/a" in tree for tree in lost} == {True, False}


def test_bytes_added_to_a_synced_file_cannot_damage_what_was_synced(cut: Cut) -> None:
    code = (
        "write('a', b'x' * 5000, True); settle()\nwith open('a', 'ab', 0) as f: f.write(b'y' * 50)"
    )
    assert all(tree["a"].startswith(b"x" * 5000) for tree in cut(code))
