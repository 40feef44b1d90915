"""Registries: open sets of classes, found by their tag.

Operations, families, ways of making takes and generators are such sets.

A class is registered by a decorator and found by its tag, a field with a default or a class
variable, so the name is written once. Built-in members are imported on first use: every module of
a package, or every package in it. Other packages add theirs through Python entry points.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache, cached_property
from hashlib import sha256
from importlib.metadata import Distribution, EntryPoint, distributions, entry_points
from typing import Generic, Literal, TypeVar

from approx_build.errors import UsageError

T = TypeVar("T")

BROKEN: list[str] = []
"""What is wrong with entry points that this process tried to load, for the command line to say."""


class Registry(Generic[T]):
    """Classes by name. `tag` is what names the class: a field, by its default, or a class variable.

    `members` says where the built-in ones are: in the modules of `package`, or in its packages,
    each of which registers its class when it is imported. `group` is that of the entry points of
    other packages, the name of `package` by default.
    """

    def __init__(
        self,
        noun: str,
        package: str,
        tag: str,
        members: Literal["modules", "packages"] = "modules",
        group: str = "",
    ) -> None:
        self.noun, self.package, self.tag, self.members = noun, package, tag, members
        self.group = group or package
        self._classes: dict[str, type[T]] = {}

    def register(self, cls: type[T]) -> type[T]:
        """Add `cls` under its tag; two of one name are refused."""
        name = self.name_of(cls)
        # A module that is imported again registers its class again.
        if name in self._classes and self._classes[name].__module__ != cls.__module__:
            raise UsageError(f"two {self.noun}s are named {name!r}; rename one")
        self._classes[name] = cls
        return cls

    def name_of(self, cls: type[T]) -> str:
        """The tag of a class."""
        field = cls.model_fields.get(self.tag)  # type: ignore[attr-defined]
        return str(field.default if field else vars(cls)[self.tag])

    @cached_property
    def _loaded(self) -> dict[str, type[T]]:
        package = importlib.import_module(self.package)
        for _, name, is_package in pkgutil.iter_modules(package.__path__):
            if is_package == (self.members == "packages"):
                importlib.import_module(f"{self.package}.{name}")
        for point in points(self.group):
            try:
                loaded(point)
            except UsageError as error:
                BROKEN.append(error.message)
        # By name, because the order of imports differs.
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


def points(group: str) -> list[EntryPoint]:
    """The entry points of a group, by name; a package whose list cannot be read is in BROKEN."""
    try:
        found = list(entry_points(group=group))
    except Exception:  # what another package wrote there may fail in any way
        found = [point for every in map(_points_of, distributions()) for point in every]
    return sorted((point for point in found if point.group == group), key=lambda point: point.name)


def _points_of(package: Distribution) -> Iterator[EntryPoint]:
    try:
        yield from package.entry_points
    except Exception as error:
        words = f"its list of entry points cannot be read ({_summary(error)})"
        BROKEN.append(f"package {package.name}: {words}; {_ADVICE}")


def loaded(point: EntryPoint) -> object:
    """What an entry point of an installed package names; UsageError when its import fails."""
    try:
        return point.load()
    except (Exception, SystemExit) as error:  # it is the code of another package
        package = f"package {point.dist.name} {point.dist.version}" if point.dist else "a package"
        words = f"its entry point {point.name!r} in {point.group} ({point.value})"
        raise UsageError(
            f"{package}: {words} cannot be used ({_summary(error)}); {_ADVICE}"
        ) from None


_ADVICE = "install another version of the package, or uninstall it"


def _summary(error: BaseException) -> str:
    """The kind of an error and the first line of what it says."""
    text = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def is_foreign(cls: type) -> bool:
    """Whether a class is of another package than approx-build."""
    return not cls.__module__.startswith("approx_build.")


@cache
def source_digest(cls: type) -> str:
    """SHA-256 of the source file that defines `cls`: keys of foreign classes contain it."""
    path = inspect.getsourcefile(cls)
    if path is None:
        return ""
    with open(path, "rb") as file:
        return sha256(file.read()).hexdigest()
