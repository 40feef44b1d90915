"""Registries of operations and families: open sets of classes, found by their tag.

A class is registered by a decorator and found by the default of its tag field, so the name is
written once. Built-in members are imported on first use: every module of a package, or every
package in it. Other packages add theirs through Python entry points.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache, cached_property
from hashlib import sha256
from importlib.metadata import entry_points
from typing import Generic, Literal, TypeVar

from approx_build.errors import UsageError

T = TypeVar("T")


class Registry(Generic[T]):
    """Classes by name. `tag` is the field whose default names the class.

    `members` says where the built-in ones are: in the modules of `package`, or in its packages,
    each of which registers its class when it is imported.
    """

    def __init__(
        self, noun: str, package: str, tag: str, members: Literal["modules", "packages"] = "modules"
    ) -> None:
        self.noun, self.package, self.tag, self.members = noun, package, tag, members
        self._classes: dict[str, type[T]] = {}

    def register(self, cls: type[T]) -> type[T]:
        """Add `cls` under the default of its tag field; two of one name are refused."""
        name = cls.model_fields[self.tag].default  # type: ignore[attr-defined]
        if name in self._classes and self._classes[name].__module__ != cls.__module__:
            raise UsageError(f"two {self.noun}s are named {name!r}; rename one")
        self._classes[name] = cls
        return cls

    @cached_property
    def _loaded(self) -> dict[str, type[T]]:
        package = importlib.import_module(self.package)
        for _, name, is_package in pkgutil.iter_modules(package.__path__):
            if is_package == (self.members == "packages"):
                importlib.import_module(f"{self.package}.{name}")
        for point in sorted(entry_points(group=self.package), key=lambda p: p.name):
            point.load()
        return dict(sorted(self._classes.items()))

    def names(self) -> list[str]:
        """All names, sorted."""
        return list(self._loaded)

    def get(self, name: str) -> type[T]:
        """The class named `name`; UsageError when there is none."""
        if name not in self._loaded:
            known = ", ".join(self._loaded)
            raise UsageError(f"unknown {self.noun} {name!r}; there are: {known}")
        return self._loaded[name]

    def __iter__(self) -> Iterator[type[T]]:
        return iter(self._loaded.values())

    def __contains__(self, name: str) -> bool:
        return name in self._loaded


@cache
def source_digest(cls: type) -> str:
    """SHA-256 of the source file that defines `cls`: the key of a foreign operation contains it."""
    path = inspect.getsourcefile(cls)
    if path is None:
        return ""
    with open(path, "rb") as file:
        return sha256(file.read()).hexdigest()
