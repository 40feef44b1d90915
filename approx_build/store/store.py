"""The store: objects, records, journal and the memo of files, in one folder."""

from __future__ import annotations

import os
from pathlib import Path

from approx_build.errors import StoreError
from approx_build.store.disk import refusal
from approx_build.store.drafts import Drafts
from approx_build.store.journal import Journal
from approx_build.store.leases import Leases
from approx_build.store.memo import Memo
from approx_build.store.objects import Objects
from approx_build.store.projects import Projects
from approx_build.store.records import Records
from approx_build.store.removed import Removed

FORMAT = "approx-build store 1\n"
"""Content of `<root>/format`; a store of another format is refused, not guessed at."""


class Store:
    """Everything under `root`. Opening makes it when it is new, and else writes nothing."""

    def __init__(self, root: os.PathLike[str] | str) -> None:
        self.root = Path(root).absolute()
        self.drafts = Drafts(self.root / "drafts")
        self.objects = Objects(self.root, self.drafts)
        self.records = Records(self.root, self.drafts)
        self.journal = Journal(self.root / "journal", self.drafts)
        self.memo = Memo.of_store(self.root)
        self.leases = Leases(self.root)
        self.removed = Removed(self.root / "removed", self.drafts)
        self.projects = Projects(self.root, self.drafts)
        self._check_format()

    def _check_format(self) -> None:
        path = self.root / "format"
        try:
            found = path.read_text(encoding="ascii")
        except FileNotFoundError:
            # A store says itself that it is not for version control.
            self.drafts.replace(self.root / ".gitignore", b"*\n")
            self.drafts.replace(path, FORMAT.encode())
        except OSError as error:
            raise refusal(error, path) from error
        except ValueError as error:
            raise StoreError(f"{path} is not text; use another store") from error
        else:
            if found != FORMAT:
                raise StoreError(
                    f"{path} says {found.strip()[:40]!r}, not {FORMAT.strip()!r}; "
                    "use another store or the version of approx-build that made it"
                )
