"""Objects: files named by their SHA-256, written once and never changed.

A file is written under a temporary name, hashed, synced and linked into place (a link cannot
replace a file), and its folder is synced. So an object is complete or absent, and of several
writers of one object, one wins. Later damage is detected when the object is used: a damaged object
is moved to `quarantine/` and counts as missing, so the builder makes it again.
"""

from __future__ import annotations

import errno
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from approx_build.errors import StoreError, reason
from approx_build.files import writing
from approx_build.files.fingerprint import fingerprint, is_fingerprint
from approx_build.files.links import check
from approx_build.files.opening import open_regular, read_whole
from approx_build.process.system import make_read_only, rename_if_absent
from approx_build.store.census import HEX, named
from approx_build.store.delivery import deliver
from approx_build.store.disk import (
    make_folder,
    reporting_full_disk,
    store_errors,
    sync,
    sync_folder,
    write_over,
)
from approx_build.store.drafts import Drafts


@dataclass
class Draft:
    """An object being written at `path`; `digest` and `size` are known once it is stored."""

    path: Path
    digest: str = ""
    size: int = 0


class Objects:
    """The objects under `<root>/objects`, by digest."""

    def __init__(self, root: Path, drafts: Drafts) -> None:
        self.root = root
        self._folder = root / "objects"
        self._drafts = drafts
        self._verified: dict[str, str] = {}  # digest -> fingerprint of the verified object

    def path(self, digest: str) -> Path:
        """The path of the object of `digest`, existing or not."""
        # Digests come from records and locks: a damaged one must not become a path outside the
        # store.
        if len(digest) != 64 or not HEX.issuperset(digest):
            raise StoreError(f"{digest!r} is not a digest")
        return self._folder / digest[:2] / digest[2:]

    def __contains__(self, digest: str) -> bool:
        return self.path(digest).is_file()

    def __iter__(self) -> Iterator[str]:
        """The digests of all objects, sorted."""
        return (name for name, _ in named(self._folder))

    def size(self, digest: str) -> int:
        """Bytes of the object."""
        with store_errors(self.path(digest)):
            return self.path(digest).stat().st_size

    def put_bytes(self, data: bytes) -> str:
        """Store `data`; returns its digest."""
        digest = sha256(data).hexdigest()
        # Equal bytes are stored once: checking an existing object is cheaper than writing it.
        if not self.verify(digest):
            with self._drafts.new() as path, store_errors(self.root):
                write_over(path, data)
                self._publish(path, digest)
        return digest

    @contextmanager
    def writer(self) -> Iterator[Draft]:
        """Store the file that the block writes at `draft.path`; nothing when the block fails."""
        with self._drafts.new() as path:
            draft = Draft(path)
            with reporting_full_disk(path.parent):
                yield draft
            with store_errors(self.root):
                # Opened for writing, because Windows cannot sync a handle that only reads.
                with open(writing.open_shared(path), "rb+") as file:
                    draft.digest = file_digest(file, sha256).hexdigest()
                    draft.size = file.tell()
                    # The name must not reach the disk before the bytes: a power cut would leave an
                    # empty object.
                    sync(file.fileno())
                self._publish(path, draft.digest)

    def trust(self, digest: str) -> None:
        """Trust an object that this build has just made."""
        found = fingerprint(self.path(digest))
        # Without a fingerprint, `verify` would compare two equal errors and trust a missing file.
        if is_fingerprint(found):
            self._verified[digest] = found

    def fingerprint_of(self, digest: str) -> str:
        """The fingerprint of the object when it was verified, or of its file now if it was not."""
        return self._verified.get(digest) or fingerprint(self.path(digest))

    def verify(self, digest: str) -> bool:
        """Whether the object exists and is undamaged. A damaged one is moved aside.

        It is read once per process, unless its fingerprint changes.
        """
        path = self.path(digest)
        # Before reading: a file that is replaced during the reading then has another fingerprint.
        found = fingerprint(path)
        if self._verified.get(digest) == found:
            return True
        try:
            with open_regular(path) as file:
                is_intact = file_digest(file, sha256).hexdigest() == digest
        except FileNotFoundError:
            return False
        except OSError as error:
            # An unreadable sector, a folder or a FIFO counts as damage like a flipped bit.
            if error.errno not in (errno.EIO, errno.EISDIR, errno.EINVAL):
                raise StoreError(f"{path}: {reason(error)}") from error
            is_intact = False
        if is_intact:
            self._verified[digest] = found
        else:
            self.quarantine(digest, found)
        return is_intact

    def is_intact(self, digest: str) -> bool:
        """Whether the object exists and is undamaged, read again. Changes nothing."""
        with suppress(OSError), open_regular(self.path(digest)) as file:
            return file_digest(file, sha256).hexdigest() == digest
        return False

    def read(self, digest: str) -> bytes:
        """The verified bytes of the object."""
        with suppress(OSError):
            data = read_whole(self.path(digest))
            # The bytes that are returned are hashed, not the file: it may change between two
            # readings.
            if sha256(data).hexdigest() == digest:
                return data
        raise self._refusal(digest)

    def materialise(self, digest: str, dest: Path) -> bool:
        """Copy the verified object to `dest` atomically; whether `dest` had to be written."""
        is_new, is_intact = deliver(self.path(digest), digest, dest)
        if not is_intact:
            raise self._refusal(digest)
        return is_new

    def quarantine(self, digest: str, seen: str | None = None) -> None:
        """Move the object aside, unless its file is no longer the one `seen`."""
        path, aside = self.path(digest), self.root / "quarantine"
        with store_errors(aside), suppress(FileNotFoundError):
            make_folder(aside)
            # Another builder may have replaced the damaged file with a good one meanwhile.
            if seen is None or fingerprint(path) == seen:
                writing.replace(path, aside / f"{digest}.{secrets.token_hex(4)}")
        self._verified.pop(digest, None)

    def _refusal(self, digest: str) -> StoreError:
        """The error about an object that was damaged when it was read; moves it aside."""
        self._verified.pop(digest, None)
        self.verify(digest)
        return _damaged(digest)

    def _publish(self, draft: Path, digest: str) -> None:
        path = self.path(digest)
        # Read-only, so that an editor that opens an object by mistake cannot save over it.
        make_read_only(draft)
        make_folder(path.parent)
        # A folder replaced by a link would place the object outside the store.
        check(path.parent)
        # The second round is for a damaged object that `verify` has just moved away.
        for _ in range(2):
            if rename_if_absent(draft, path):
                sync_folder(path.parent)
                self.trust(digest)
                return
            if self.verify(digest):
                return
        raise _damaged(digest)


def _damaged(digest: str) -> StoreError:
    return StoreError(f"object {digest} is missing or was damaged; run the build again")
