"""Names of files, recordings and people, converted to one normal form.

The form is NFC of Unicode: `ö` is one character. macOS stores names in NFD, as `o` and a diaeresis;
two disks, archives or editors may have the same name in both forms. Case is kept as typed, but two
names that differ in nothing else are one name on many disks, so they are faults.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from unicodedata import is_normalized, normalize

AnyPath = os.PathLike[str] | str


def normal(text: str) -> str:
    """A name, or a text with names in it, in the normal form."""
    # The two tests are fast, and nearly all names pass one of them.
    return text if text.isascii() or is_normalized("NFC", text) else normalize("NFC", text)


def alike(name: str) -> str:
    """A form of a name for comparison, independent of case and normal form."""
    # Normalised again, because folding the case can decompose a letter.
    return normal(normal(name).casefold())


def aliases(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of different names that are equal except for case and normal form."""
    first: dict[str, str] = {}
    for name in names:
        if (known := first.setdefault(alike(name), name)) != name:
            yield known, name


def clash(name: str, other: str) -> str:
    """Why two files cannot have these names in one folder, as the end of an error message."""
    if normal(name) == normal(other):
        return f"has the name of {other} in another Unicode form; rename one"
    is_one = normal(os.path.splitext(name)[0]) == normal(os.path.splitext(other)[0])
    if is_one and alike(name) != alike(other):
        return f"has the same name as {other}; rename one"
    return f"has the name of {other} in another case; rename one"


def on_disk(path: AnyPath) -> str:
    """The path of a file as spelled on its disk; the path itself if there is no such file."""
    name = os.fspath(path)
    # ASCII has one form only, so no folder must be listed.
    if name.isascii() or os.path.lexists(name):
        return name
    head, tail = os.path.split(name)
    if not tail:
        return name
    # Folders on the way may have the other form as well.
    folder = on_disk(head)
    found = [each for each in _names(folder) if normal(each) == normal(tail)]
    return os.path.join(folder, found[0] if found else tail)


def alias_of(path: AnyPath) -> str | None:
    """The name of another file in the folder that differs from `path` in case or form alone."""
    folder, name = os.path.split(on_disk(path))
    found = (each for each in _names(folder) if each != name and alike(each) == alike(name))
    return next(found, None)


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder or os.curdir))
    except OSError:
        return []
