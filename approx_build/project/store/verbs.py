"""The store of a project, opened for its commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from approx_build.errors import UsageError
from approx_build.project.paths import named_from
from approx_build.project.settings import Settings
from approx_build.project.store.check import CheckOptions, StoreCheck
from approx_build.project.store.command import OpenStore, Result, command
from approx_build.project.store.gc import GcOptions, StoreCollection
from approx_build.project.store.sizes import StoreSizes
from approx_build.store.watch import Watch

if TYPE_CHECKING:
    from approx_build.store.store import Store


@dataclass(frozen=True)
class ProjectStore:
    """The store of the project at `root`, whatever other projects share it."""

    root: Path
    settings: Settings

    def run(self, name: str, options: Any = None, observer: Watch | None = None) -> Result:
        """Run the store command `name`; without options, with the default of each."""
        chosen, watch = command(name), observer or Watch()
        options = chosen.options() if options is None else options
        settings, root = self.settings, self.root
        out = settings.out_at(root).absolute()
        with self._opened(watch) as store:
            opened = OpenStore(store, root, out, settings.jobs, settings.today, watch)
            return chosen.run(opened, options)

    def check(self, repair: bool = False, observer: Watch | None = None) -> StoreCheck:
        """Read everything in the store and all delivered files; repair damage if asked."""
        return cast("StoreCheck", self.run("check", CheckOptions(repair), observer))

    def sizes(self, observer: Watch | None = None) -> StoreSizes:
        """How much the store contains, by kind and by piece, and what `gc` would free."""
        return cast("StoreSizes", self.run("sizes", None, observer))

    def gc(
        self, options: GcOptions | None = None, observer: Watch | None = None
    ) -> StoreCollection:
        """Remove what no piece, lock or model of the projects that use the store needs."""
        return cast("StoreCollection", self.run("gc", options, observer))

    @contextmanager
    def _opened(self, watch: Watch) -> Iterator[Store]:
        """The store; UsageError when there is none. Errors name files from the project's folder."""
        from approx_build.store.store import Store

        path = self.settings.store_at(self.root).absolute()
        with named_from(self.root):
            # Opening a store would create it.
            if not path.exists():
                raise UsageError(f"there is no store at {path}; a render creates it")
            try:
                yield Store(path)
            finally:
                watch.end()
