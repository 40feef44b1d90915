"""Packages that add operations, families, ways or executors, and cannot be imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build import registry
from tests.installed import Installed
from tests.space import Space

TIDE = "pieces/tide.yaml"
GROUPS = ("ops", "families", "ways", "executors")
ENDS = {
    "missing": "",
    "raises": "raise ValueError('no such thing\\nsecond line')",
    "exits": "import sys; sys.exit('goodbye')",
    "syntax": "def (",
    "twice": (
        "from typing import ClassVar\nfrom approx_build.ops.hold import Hold\n"
        "from approx_build.ops.base import OPS\n"
        "Other = OPS.register(type('Other', (Hold,), {'__module__': 'twice'}))"
    ),
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    one = Installed.at(tmp_path_factory.mktemp("broken") / "environment")
    for name, text in ENDS.items():
        about = one.packages / f"odd_{name}-1.5.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Name: odd-{name}\nVersion: 1.5\n")
        groups = GROUPS if name != "twice" else ("ops",)
        lines = (f"[approx_build.{group}]\n{name} = {name}:Thing\n" for group in groups)
        (about / "entry_points.txt").write_text("".join(lines))
        if text:
            (one.packages / f"{name}.py").write_text(text)
    return one


def test_a_broken_package_is_named_and_stops_nothing_that_does_not_need_it(
    installed: Installed, space: Space
) -> None:
    for words in (["check", TIDE], ["ops"], ["families"], ["render", TIDE, "--jobs", "2"]):
        done = installed.run([str(installed.script), *words], space.root)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        for name in ENDS if words != ["families"] else ENDS.keys() - {"twice"}:
            assert f"package odd-{name} 1.5: its entry point '{name}' in approx_" in done.stderr
        assert "(ValueError: no such thing); install another version" in done.stderr
        assert "second line" not in done.stderr


def test_commands_that_need_no_package_import_none(installed: Installed, space: Space) -> None:
    done = installed.run([str(installed.script), "render", TIDE], space.root)
    assert done.returncode == 0, done.stderr
    for words in (["render", TIDE], ["--version"], ["store", "sizes", "--help"]):
        done = installed.run([str(installed.script), *words], space.root)
        assert (done.returncode, done.stderr) == (0, "")


def test_an_executor_that_cannot_be_used_is_refused_by_its_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from approx_build.errors import UsageError
    from approx_build.execution.executors.base import executor

    about = tmp_path / "odd-2.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Name: odd\nVersion: 2\n")
    (about / "entry_points.txt").write_text("[approx_build.executors]\nfar = nowhere_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageError, match=r"package odd 2: its entry point .far. in .*ModuleNotFo"):
        executor("far")
    assert not registry.BROKEN
