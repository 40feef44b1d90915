"""Groups of commands."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class Commands(TyperGroup):
    """A group whose help has the first sentence of each command, however long it is."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a table of the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, self.commands[name].get_short_help_str(200)) for name in self.commands]
            )
