"""The table of store commands: a module and a line make a command of the API and of `cli`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from approx_build.errors import UsageError
from approx_build.project.store import command
from approx_build.project.store.command import row
from approx_build.store.census import Amount
from tests.space import Space

OLDEST = '''"""`store oldest`: the objects that were written first."""

from dataclasses import dataclass, field

from approx_build.project.store.command import Kind, StoreCommand, option


@dataclass(frozen=True)
class OldestOptions:
    larger_than: int = field(
        default=0, metadata=option("larger-than", "Only larger objects.", Kind.SIZE, "0")
    )


@dataclass(frozen=True)
class Oldest:
    names: list
    is_intact = True

    def as_json(self):
        return {"oldest": self.names}

    def lines(self):
        yield from self.names

    def problems(self):
        return iter(())


def oldest(opened, options):
    """List objects, the oldest first."""
    from approx_build.store.census import census

    found = census(opened.store.root).objects.items()
    chosen = [(one.mtime, name) for name, one in found if one.size > options.larger_than]
    return Oldest([name for _, name in sorted(chosen)])


COMMAND = StoreCommand(oldest, OldestOptions)
'''


def test_a_module_and_a_line_add_a_command(
    built: Space, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "oldest_in_store.py").write_text(OLDEST)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(command.COMMANDS, "oldest", "oldest_in_store:COMMAND")
    names = [path.parent.name + path.name for path in built.root.glob(".approx/objects/*/*")]
    every = built.run("store", "oldest").out.split()
    assert sorted(every) == sorted(names)
    assert json.loads(built.run("store", "oldest", "--json").out) == {"oldest": every}
    large = built.run("store", "oldest", "--larger-than", "10 kB").out.split()
    assert 0 < len(large) < len(every)
    assert built.run("store", "oldest", "--quiet").out == ""
    shown = built.run("store", "--help").out
    assert "List objects, the oldest first." in shown


def test_an_unknown_command_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UsageError, match="no store command 'shrink'; there are check, sizes, gc"):
        command.command("shrink")


def test_a_row_shows_an_amount() -> None:
    assert row("take", Amount(1200, 3000), 6) == "  take       1,200      3 kB"
