"""Output: the only place that prints. A text is one line, and every character of it is visible."""

from __future__ import annotations

import sys

from approx_build.visible import bounded


def print_lines(*lines: object) -> None:
    """Print results, each a line, or several where the program made `Lines` of them."""
    for line in lines:
        print(shown(line))


def warn(*lines: object) -> None:
    """Print lines beside the results."""
    for line in lines:
        print(shown(line), file=sys.stderr)


def put(text: str) -> None:
    """Print a whole document, such as JSON or CSV, whose own rules keep foreign text in quotes."""
    print(text, end="")


def shown(line: object) -> str:
    """A text as a person sees it: bounded, and each argument that it names as its option."""
    text = bounded(line)
    if "`" not in text:
        return text
    from approx_build.cli.option_names import with_options

    return with_options(text)
