"""Imports single files of a wheel, with stand-ins for all else that they import."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

StandIns = Mapping[str, Mapping[str, object]]


class StandIn(ModuleType):
    """A module that has every name, each a class of no use but to be named."""

    __path__: Sequence[str] = ()

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name)
        self._inside = {one for one in known if one.startswith(f"{name}.")}

    def __getattr__(self, name: str) -> object:
        # A module that is known is to be imported, and so must not seem to be there already.
        if name.startswith("__") or f"{self.__name__}.{name}" in self._inside:
            raise AttributeError(name)
        return type(name, (), {})


class Finder(MetaPathFinder, Loader):
    """Finds the `real` modules in a wheel, and stand-ins for the other tops named."""

    def __init__(self, wheel: Path, real: Sequence[str], stand_ins: StandIns) -> None:
        self._real, self._stand_ins = real, stand_ins
        self.tops = {name.partition(".")[0] for name in [*real, *stand_ins]}
        with ZipFile(wheel) as archive:
            self._sources = {name: archive.read(name.replace(".", "/") + ".py") for name in real}

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in self.tops:
            return None
        return ModuleSpec(fullname, self, is_package=fullname not in self._real)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return (
            None if spec.name in self._real else StandIn(spec.name, [*self._real, *self._stand_ins])
        )

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        if name in self._sources:
            exec(compile(self._sources[name], f"{name} in its wheel", "exec"), module.__dict__)
        vars(module).update(self._stand_ins.get(name, {}))


@contextmanager
def _standing_in(finder: Finder) -> Iterator[None]:
    """The finder goes before all others, and leaves no module behind."""

    def taken() -> dict[str, ModuleType]:
        return {n: m for n, m in sys.modules.items() if n.partition(".")[0] in finder.tops}

    before = taken()
    for name in before:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in taken():
            del sys.modules[name]
        sys.modules.update(before)


def modules(wheel: Path, real: Sequence[str], stand_ins: StandIns) -> list[ModuleType]:
    """The `real` modules of a wheel, in order.

    `stand_ins` gives names to modules: those it lists instead of real ones, and real ones after
    they have run.
    """
    with _standing_in(Finder(wheel, real, stand_ins)):
        return [_imported(name) for name in real]


def _imported(name: str) -> ModuleType:
    __import__(name)
    return sys.modules[name]
