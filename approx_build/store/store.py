"""The store: objects, records, journal and the memo of files, in one folder."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from approx_build.errors import StoreError, reason
from approx_build.files.opening import read_bounded
from approx_build.store.disk import check_length, refusal
from approx_build.store.drafts import Drafts
from approx_build.store.journal import Journal
from approx_build.store.leases import Leases
from approx_build.store.memo import Memo
from approx_build.store.objects import Objects
from approx_build.store.projects import Projects
from approx_build.store.records import Records
from approx_build.store.removed import Removed

DEEPEST = 140
"""No path within a store has more characters below its root, those of drafts included."""
FORMAT = "approx-build store 1\n"
"""Content of `<root>/format`; a store of another format is refused."""
KNOWN_FORMAT = re.compile(rb"approx-build store \d[\w. -]*\n")
"""What versions of approx-build write there; anything else is damage."""


class Store:
    """Everything under `root`. Opening creates a new store, and writes nothing otherwise."""

    def __init__(self, root: os.PathLike[str] | str) -> None:
        self.root = Path(root).absolute()
        check_length(self.root, more=DEEPEST)
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
            found = read_bounded(path)
        except FileNotFoundError:
            # The store excludes itself from version control.
            self.drafts.replace(self.root / ".gitignore", b"*\n")
            self.drafts.replace(path, FORMAT.encode())
            return
        except IsADirectoryError:
            found = b"a folder"
        except NotADirectoryError as error:
            raise refusal(error, path) from error
        except OSError as error:
            why = reason(error)
            advice = "make it a readable file, or use another store"
            raise StoreError(f"{path} cannot be read ({why}); {advice}") from error
        if found == FORMAT.encode():
            return
        # A valid line of another version must not be repaired: its store may be laid out
        # differently.
        if KNOWN_FORMAT.fullmatch(found):
            raise StoreError(
                f"{path} says {found.decode().strip()!r}, not {FORMAT.strip()!r}; "
                "use another store or the version of approx-build that made it"
            )
        self._repair_format(path, found)

    def _repair_format(self, path: Path, found: bytes) -> None:
        """Rewrite the format if the rest is a store; StoreError otherwise."""
        # Drafts are the first thing that opening a store makes; a power cut leaves zeros.
        if found.strip(b"\0\n") and not self.drafts.root.is_dir():
            raise StoreError(
                f"{path} is damaged, and {self.root} does not look like a store; use another, or "
                f"write {FORMAT.strip()!r} into that file if it is one"
            )
        # A store that cannot be written can still be read.
        with suppress(StoreError):
            self.drafts.replace(path, FORMAT.encode())
