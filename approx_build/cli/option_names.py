"""Options of the command line in messages that name arguments of the Python API."""

from __future__ import annotations

import re

OPTIONS = {
    "choice=CONTINUE": "--continue",
    "choice=NEW": "--new",
    "file_format": "--format",
    "loudness_lufs": "--loudness",
    "movements": "--movement",
    "parts": "--part",
    "ships": "--ship",
    "speeds": "--speed",
    "start": "--from",
    "stop": "--to",
}
"""Options with other names than their arguments."""
_ARGUMENT = r"`([\w-]+)=([^`]*)`"
_WITH_COMMAND = re.compile(rf"(`approx-build [^`]*)` with {_ARGUMENT}")


def with_options(text: str) -> str:
    """A message as a person at the command line needs it, each argument as its option."""
    text = _WITH_COMMAND.sub(lambda found: f"{found[1]} {option(found[2], found[3])}`", text)
    return re.sub(_ARGUMENT, lambda found: option(found[1], found[2]), text)


def option(name: str, value: str = "") -> str:
    """What is typed for an argument of the Python API."""
    if named := OPTIONS.get(f"{name}={value}"):
        return named
    flag = OPTIONS.get(name, f"--{name.replace('_', '-')}")
    return flag if value in ("", "True") else f"{flag} {value}"
