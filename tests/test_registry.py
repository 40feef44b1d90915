from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar, Literal

import pytest
from pydantic import BaseModel

from approx_build import registry
from approx_build.errors import UsageError
from approx_build.registry import Registry, is_foreign, source_digest


class Gong(BaseModel):
    op: Literal["gong"] = "gong"


def some_registry() -> Registry[BaseModel]:
    return Registry("operation", "approx_build.audio", "op")


def test_a_class_is_found_by_its_tag() -> None:
    some = some_registry()
    some.register(Gong)
    assert some.get("gong") is Gong
    assert "gong" in some
    assert some.names() == ["gong"]
    assert list(some) == [Gong]


def test_a_tag_may_be_a_class_variable() -> None:
    class Bell(BaseModel):
        op: ClassVar[str] = "bell"

    some = some_registry()
    some.register(Bell)
    assert some.get("bell") is Bell
    assert some.name_of(Bell) == "bell"


def test_classes_of_other_packages_are_foreign() -> None:
    assert is_foreign(Gong)
    assert not is_foreign(Registry)


def test_an_unknown_name_is_reported_with_those_there_are() -> None:
    some = some_registry()
    some.register(Gong)
    with pytest.raises(UsageError, match="unknown operation 'bell'; there are: gong"):
        some.get("bell")


def test_two_of_one_name_are_refused() -> None:
    some = some_registry()
    some.register(Gong)
    other = type("Other", (Gong,), {"__module__": "elsewhere"})
    with pytest.raises(UsageError, match="two operations are named 'gong'"):
        some.register(other)


BASE = """
from approx_build.registry import Registry
GONGS = Registry("gong", "gongs", "op", "{members}")
"""
MEMBER = """
from pydantic import BaseModel
from gongs.base import GONGS
@GONGS.register
class Gong(BaseModel):
    op: str = "{name}"
"""
FOUND = "from gongs.base import GONGS; print(*GONGS.names())"


@pytest.mark.parametrize(
    ("members", "found"), [("modules", "large small"), ("packages", "deep wide")]
)
def test_members_are_the_modules_of_a_package_or_the_packages_in_it(
    tmp_path: Path, members: str, found: str
) -> None:
    for path, text in {
        "__init__.py": "",
        "base.py": BASE.format(members=members),
        "small.py": MEMBER.format(name="small"),
        "large.py": MEMBER.format(name="large"),
        "deep/__init__.py": MEMBER.format(name="deep"),
        "deep/part.py": "raise AssertionError('nobody asked for it')",
        "wide/__init__.py": "import gongs.wide.family",
        "wide/family.py": MEMBER.format(name="wide"),
    }.items():
        target = tmp_path / "gongs" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    command = [sys.executable, "-c", FOUND]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip() == found


def test_the_source_digest_is_of_the_file() -> None:
    assert source_digest(Gong) == source_digest(type(Gong()))
    assert len(source_digest(Gong)) == 64


def test_a_list_of_entry_points_that_cannot_be_read_hides_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "BROKEN", [])
    for name, line in (("fine", "bell = bells:Bell"), ("garbled", "no value")):
        about = tmp_path / f"{name}-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Name: {name}\nVersion: 1\n")
        (about / "entry_points.txt").write_text(f"[some.group]\n{line}\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert [point.name for point in registry.points("some.group")] == ["bell"]
    assert "package garbled: its list of entry points cannot be read" in registry.BROKEN[0]
