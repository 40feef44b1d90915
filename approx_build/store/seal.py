"""Seals: a text stored under its own SHA-256, so that damage is noticed when it is read."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path


def seal(text: str) -> bytes:
    """The digest of `text` on a line, then `text`."""
    data = text.encode()
    return sha256(data).hexdigest().encode() + b"\n" + data


def unseal(data: bytes) -> str | None:
    """The text that was sealed; None when a bit of it or of its digest is another."""
    claimed, _, rest = data.partition(b"\n")
    return rest.decode() if sha256(rest).hexdigest().encode() == claimed else None


def is_damaged(path: Path) -> bool:
    """Whether a sealed file is there and not as it was written."""
    try:
        return unseal(path.read_bytes()) is None
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True
