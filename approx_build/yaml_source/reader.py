"""Reader: files as text in UTF-8, printable, of limited size, with lines that end in a newline."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

from approx_build.errors import ApproxError, Fault, Location, ScoreError
from approx_build.files.names import normal
from approx_build.files.opening import TEXT_BYTES
from approx_build.files.readlog import ReadLog

# What YAML 1.2 allows, except the line breaks that only YAML 1.1 had (NEL, LS, PS) and the byte
# order mark inside a text: editors treat each of these differently.
_UNUSUAL = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_MOST_SHOWN = 20
_MOST_DIRECTIVES = 100


def read_text(path: Path, shown: str, log: ReadLog | None = None) -> str:
    """The text of `path` in NFC; errors call it `shown`. ApproxError when it cannot be read."""
    data = _read_bytes(path, shown, log or ReadLog())
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise ScoreError([fault_at(before, len(before), shown, message)]) from None
    # Editors on Windows write a byte order mark and end lines with CR LF.
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    unusual = list(islice(_UNUSUAL.finditer(text), _MOST_SHOWN))
    if unusual:
        raise ScoreError([_unusual_fault(text, found, shown) for found in unusual])
    if text.count("\n%") > _MOST_DIRECTIVES:
        # The parser compares each directive with all directives before it.
        message = f"more than {_MOST_DIRECTIVES} lines begin with '%'"
        raise ScoreError([fault_at(text, text.index("\n%") + 1, shown, message)])
    # Names in the text are compared with those of files, which are also in this form.
    return normal(text)


def _read_bytes(path: Path, shown: str, log: ReadLog) -> bytes:
    try:
        data = log.content(path, TEXT_BYTES + 1)
    except FileNotFoundError:
        raise ApproxError(f"{shown}: there is no such file") from None
    except IsADirectoryError:
        raise ApproxError(f"{shown}: is a folder; name a file") from None
    except PermissionError:
        raise ApproxError(f"{shown}: permission denied; make it readable") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ApproxError(f"{shown}: cannot be read ({reason})") from None
    if len(data) > TEXT_BYTES:
        limit = f"{TEXT_BYTES // 2**20} MiB"
        raise ScoreError(
            [Fault(Location(shown, 1, 1), f"the file is larger than {limit}; split it")]
        )
    return data


def _unusual_fault(text: str, found: re.Match[str], shown: str) -> Fault:
    message = f"character U+{ord(found[0]):04X} cannot be used here; remove it"
    return fault_at(text, found.start(), shown, message)


def fault_at(text: str, index: int, shown: str, message: str) -> Fault:
    """A fault at the character `index` of `text`, without its source line."""
    start = text.rfind("\n", 0, index) + 1
    return Fault(Location(shown, text.count("\n", 0, index) + 1, index - start + 1), message)
