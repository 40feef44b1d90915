"""Writes the generated parts of README.md and ARCHITECTURE.md: `python docs/generate.py`.

A generated part stands between `<!-- NAME -->` and `<!-- end -->`: the rooms, each with the first
sentence of its docstring, and the commands of the command line.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "approx_build"
PAGES = ("README.md", "ARCHITECTURE.md")

ROOMS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("project",),
    ("upkeep",),
    ("execution",),
    ("report",),
    ("plan",),
    ("training",),
    ("evaluation", "families", "figures", "score"),
    ("engines", "ops"),
    ("corpus", "store"),
    ("audio", "process", "registry", "yaml_source"),
    ("kernels",),
    ("canonical", "errors", "files", "machine", "numerics", "units", "__init__"),
)
"""From the top down. A module imports rooms below its own only; those of one line do not meet."""


def modules(room: str = "") -> Iterator[Path]:
    """The Python files of a room, by name; of all rooms by default."""
    if room and (PACKAGE / f"{room}.py").exists():
        yield PACKAGE / f"{room}.py"
        return
    yield from sorted((PACKAGE / room).rglob("*.py"))


def room_of(path: Path) -> str:
    """The room that a Python file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def opening(path: Path) -> str:
    """The first sentence of a module's docstring; empty when there is none."""
    paragraph = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0]
    return re.split(r"(?<=[.!?])\s", " ".join(paragraph.split()))[0]


def table_of_rooms() -> str:
    """Every room from the top down, and what it holds."""
    names = [room for floor in ROOMS for room in floor if room != "__init__"]
    rows = [_row(*_room(room)) for room in names]
    return "\n".join(["| room | holds |", "|---|---|", *rows, ""])


def _room(name: str) -> tuple[str, str]:
    """How a room is written, and the first sentence of its docstring."""
    folder = PACKAGE / name
    if folder.is_dir():
        return f"{name}/", opening(folder / "__init__.py")
    return f"{name}.py", opening(folder.with_suffix(".py"))


def _row(name: str, text: str) -> str:
    return f"| `{name}` | {text.replace('|', chr(92) + '|')} |"


def table_of_commands() -> str:
    """The commands, what is typed after them, and what they do."""
    import typer

    from approx_build.cli.app import app

    rows = _commands(typer.main.get_command(app))
    return "\n".join(["| command | does |", "|---|---|", *rows, ""])


def _commands(group: Any, above: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{above}{name} ")
            continue
        words = [p.name.upper() for p in command.params if p.param_type_name == "argument"]
        yield _row(" ".join([f"{above}{name}", *words]), command.help.split("\n\n")[0])


PARTS: dict[str, Callable[[], str]] = {
    "rooms": table_of_rooms,
    "commands": table_of_commands,
}
_BLOCK = re.compile(rf"(<!-- ({'|'.join(PARTS)}) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(page: str) -> str:
    """`page` with its generated parts written again."""

    def block(found: re.Match[str]) -> str:
        return f"{found[1]}{PARTS[found[2]]()}{found[3]}"

    return _BLOCK.sub(block, page)


def main() -> None:
    """Write the pages that changed and name them."""
    sys.path.insert(0, str(ROOT))
    for name in PAGES:
        path = ROOT / name
        before = path.read_text(encoding="utf-8")
        after = filled(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"wrote {name}\n")


if __name__ == "__main__":
    main()
