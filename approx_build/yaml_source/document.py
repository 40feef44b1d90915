"""A YAML file as plain data that knows the position of each value and key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ruamel.yaml.error import MarkedYAMLError

from approx_build.errors import Edit, Fault, Location, ScoreError
from approx_build.files.readlog import ReadLog
from approx_build.yaml_source.composer import Allowance, Composer
from approx_build.yaml_source.corrections import with_advice
from approx_build.yaml_source.node import Loc, Node, Value, dotted
from approx_build.yaml_source.reader import read_text
from approx_build.yaml_source.syntax import quotes_advice, syntax_faults

_LONGEST_SHOWN_LINE = 300
_QUOTED = re.compile(r"'[^'\\]*'|\"[^\"\\]*\"")
_CUT = re.compile(r": +([^,:{}\[\]\"']*[^\W\d][^,:{}\[\]\"']*), *$")
_BARE = re.compile(r"[^\s,#{}\[\]&*!|>%@\"'`-]\S*(?<![,}\]])|-[0-9.]+")


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its name as shown in errors, its text, and its values with their positions.

    `faults` contains the faults of its structure, if `read_source` read it.
    """

    shown: str
    text: str = field(repr=False)
    root: Node = field(repr=False)
    faults: tuple[Fault, ...] = ()
    _lines: list[str] = field(init=False, repr=False, compare=False, default_factory=list)

    @property
    def data(self) -> Value:
        """The whole file as dicts, lists, text, numbers, truth values and None. Do not edit."""
        return self.root.value

    def line(self, number: int) -> str:
        """Line `number`, from 1, without its newline; empty past the end."""
        # Split at the first fault: most files have none.
        if not self._lines:
            self._lines.extend(self.text.split("\n"))
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def locate(self, loc: Loc, key: bool = False) -> Location:
        """The position where the value at `loc` begins, or with `key` its key.

        If `loc` is not in the file, the nearest value that should contain it.
        """
        loc = self.root.spelled(loc)
        # The parent, because only it knows where the key is written.
        node, depth = self.root.nearest(loc[:-1])
        place = node.place
        if depth == len(loc) - 1:
            last = loc[-1]
            if key and last in node.keys:
                place = node.keys[str(last)]
            elif last in node.children:
                place = node.children[last].place
        return Location(self.shown, *place)

    def fault(self, loc: Loc, message: str, key: bool = False) -> Fault:
        """A fault at `loc`; its message begins with `takes.cry.length_s: …`."""
        loc = self.root.spelled(loc)
        where = self.locate(loc, key)
        # Searching longer lines, which nobody writes, could take very long.
        if len(self.line(where.line)) <= _LONGEST_SHOWN_LINE:
            advised = self._cut if key else self._in_quotes
            message = advised(loc, where, message)
        edits: tuple[Edit, ...] = ()
        if right := getattr(message, "right", ""):
            is_name = key and isinstance(loc[-1], str)
            wrong = str(loc[-1]) if is_name else self._written(loc, where)
            edits = (Edit(where, wrong, right),) if wrong else ()
        text = f"{dotted(self.root.written(loc))}: {message}" if loc else message
        return self.show(Fault(where, text, edits=edits))

    def _written(self, loc: Loc, where: Location) -> str:
        """The value at `loc` as it is written; empty if it is not on one line."""
        value, (node, depth) = "", self.root.nearest(loc)
        if depth == len(loc) and not node.children:
            value = str(node.value) if isinstance(node.value, str) else ""
        rest = self.line(where.line)[where.column - 1 :]
        if value and rest.startswith(value):
            return value
        quoted = _QUOTED.match(rest) or (_BARE.match(rest) if not value else None)
        return quoted[0] if quoted and quoted[0].strip("\"'") == (value or quoted[0]) else ""

    def _cut(self, loc: Loc, where: Location, message: str) -> str:
        """A message about an unknown field, which may be the rest of a text with a comma in it."""
        node, depth = self.root.nearest(loc)
        found = _CUT.search(self.line(where.line)[: where.column - 1])
        if found is None or depth < len(loc) or node.value is not None:
            return message
        text = f"{found[1]}, {loc[-1]}"
        return f'unknown field; a comma ends a text in braces, so put quotes around it: "{text}"'

    def _in_quotes(self, loc: Loc, where: Location, message: str) -> str:
        """A message that text is needed, with the quotes that make text of what is written."""
        if not message.startswith("needs text, is "):
            return message
        written = self._written(loc, where)
        if written and not isinstance(self.root.nearest(loc)[0].value, str):
            return with_advice(message, f'"{written}"')
        return message + quotes_advice(self.line(where.line)[where.column - 1 :])

    def show(self, fault: Fault) -> Fault:
        """`fault` with its source line, unless the line is too long to be shown."""
        line = self.line(fault.where.line)
        return replace(fault, source_line=line if len(line) <= _LONGEST_SHOWN_LINE else "")


def read_source(
    path: Path, shown: str, log: ReadLog | None = None, allowance: Allowance | None = None
) -> Source:
    """Read `path`; faults that do not stop the reading are in `Source.faults`.

    Texts that share an `allowance` share its number of values. ApproxError when the file cannot be
    read, ScoreError when its text is not YAML.
    """
    return source_of(read_text(path, shown, log), shown, allowance)


def source_of(text: str, shown: str, allowance: Allowance | None = None) -> Source:
    """The source of a text, as if `read_source` had read it from a file."""
    composer = Composer(text, shown, allowance)
    try:
        root = composer.document()
    except MarkedYAMLError as error:
        raise _error(text, shown, [*composer.faults, *syntax_faults(error, text, shown)]) from None
    if root is None:
        raise _error(text, shown, composer.faults)
    bare = Source(shown, text, root)
    return replace(bare, faults=tuple(bare.show(fault) for fault in composer.faults))


def load_source(path: Path, shown: str, log: ReadLog | None = None) -> Source:
    """Read `path`; ScoreError with all faults of its structure if there are any."""
    source = read_source(path, shown, log)
    if source.faults:
        raise ScoreError(source.faults)
    return source


def _error(text: str, shown: str, faults: Iterable[Fault]) -> ScoreError:
    bare = Source(shown, text, Node((1, 1), None))
    return ScoreError([bare.show(fault) for fault in faults])
