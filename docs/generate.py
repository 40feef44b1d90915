"""Writes the generated parts of the pages: `python docs/generate.py`.

A generated part is between `<!-- NAME -->` and `<!-- end -->`: the rooms, each with the first
sentence of its docstring; the commands and their options; the index of the pages in docs/.
"""

from __future__ import annotations

import ast
import enum
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "approx_build"
PAGES = ("README.md", "ARCHITECTURE.md", "docs/README.md", "docs/commands.md")

ROOMS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("project",),
    ("upkeep",),
    ("execution",),
    ("report",),
    ("plan",),
    ("score", "training"),
    ("evaluation", "families", "figures"),
    ("engines", "ops", "ways"),
    ("corpus", "metric", "store"),
    ("audio", "process", "registry", "yaml_source"),
    ("kernels",),
    ("canonical", "errors", "files", "machine", "numerics", "units", "__init__"),
    ("visible",),
)
"""From the top down. A module imports rooms below its own only; those of one line do not meet."""


EXPLANATIONS = (
    "consent",
    "determinism",
    "keys",
    "numerics-of-kernels",
    "processes",
    "threat-model",
)
"""Pages in docs/ that explain. The others are reference, but for the index and the tutorial."""


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


def reference_of_commands() -> str:
    """A section for each command: usage, what it does, its arguments and options."""
    import typer

    from approx_build.cli.app import app

    return "\n".join(_sections(typer.main.get_command(app)))


def _sections(group: Any, above: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        full = f"{above}{name}"
        if hasattr(command, "commands"):
            yield from _sections(command, f"{full} ")
            continue
        words = [p.name.upper() for p in command.params if p.param_type_name == "argument"]
        help_text = "\n\n".join(" ".join(part.split()) for part in command.help.split("\n\n"))
        usage = " ".join(["approx-build", full, *words, "[OPTIONS]"])
        yield f"## {full}\n\n`{usage}`\n\n{help_text}\n"
        arguments = [_argument(p) for p in command.params if p.param_type_name == "argument"]
        if arguments:
            yield "\n".join(["| argument | says |", "|---|---|", *arguments, ""])
        options = [_option(p) for p in command.params if p.param_type_name == "option"]
        if options:
            yield "\n".join(
                ["| option | value | if left out | says |", "|---|---|---|---|", *options, ""]
            )


def _argument(parameter: Any) -> str:
    several = " (one or more)" if parameter.nargs == -1 else ""
    return f"| `{parameter.name.upper()}` | {_cell(parameter.help)}{several} |"


def _option(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in parameter.opts)
    value = "" if parameter.is_flag else f"`{_value(parameter)}`"
    default = parameter.default
    shown = "" if default is None or isinstance(default, bool) else f"`{default}`"
    return f"| {names} | {_cell(value)} | {shown} | {_cell(parameter.help)} |"


def _value(parameter: Any) -> str:
    """What an option takes, as its help writes it."""
    if parameter.metavar:
        return str(parameter.metavar)
    kind = parameter.type_descriptor.annotation
    if issubclass(kind, enum.Enum):
        return "|".join(str(one.value) for one in kind)
    if parameter.min is None and parameter.max is None:
        return str(kind.__name__).upper()
    # The largest seed says nothing to a reader.
    if parameter.max is None or parameter.max > 2**32:
        return f"from {parameter.min}"
    return f"{parameter.min} to {parameter.max}"


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def index_of_pages() -> str:
    """The titles of the pages in docs/, by kind."""
    docs = ROOT / "docs"
    plain = [path for path in sorted(docs.glob("*.md")) if path.stem not in ("README", "tutorial")]
    kinds = {
        "Tutorial": [docs / "tutorial.md"],
        "How-to": sorted((docs / "how-to").glob("*.md")),
        "Reference": [path for path in plain if path.stem not in EXPLANATIONS],
        "Explanation": [path for path in plain if path.stem in EXPLANATIONS],
        "Generators": sorted((docs / "generators").glob("*.md")),
        "Families of networks": sorted((docs / "families").glob("*.md")),
        "Decisions": sorted((docs / "decisions").glob("*.md")),
    }
    return "\n".join(f"## {kind}\n\n{_list(pages)}\n" for kind, pages in kinds.items())


def _list(pages: list[Path]) -> str:
    return "\n".join(f"- [{_title(path)}]({path.relative_to(ROOT / 'docs')})" for path in pages)


def _title(page: Path) -> str:
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


PARTS: dict[str, Callable[[], str]] = {
    "rooms": table_of_rooms,
    "commands": table_of_commands,
    "command reference": reference_of_commands,
    "pages": index_of_pages,
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
