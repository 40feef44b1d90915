"""Foreign text on its way out: every character becomes visible.

Names, paths, messages of libraries and texts of scores may hold any character. Whatever leaves the
program for people passes `visible` first: an escape character becomes `\\x1b`, a bidi override
`\\u202e`, a newline within a name `\\n`. So no name commands a terminal, hides a word or forges a
line. Line ends that the program makes itself are in `Lines`.

Imported before everything else: it imports nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 10_000
"""Characters of a line for people."""

_HIDDEN = (
    # C0, DEL and C1, surrogates, and the separators of lines and paragraphs.
    *((0x00, 0x1F), (0x7F, 0x9F), (0xD800, 0xDFFF), (0x2028, 0x2029)),
    # What Unicode ignores by default: zero width, bidi controls and isolates, fillers, tags. The
    # selectors of emoji (FE0E and FE0F) stay.
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5)),
    *((0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0D), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0xFFFE, 0xFFFF)),
    *((0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)


class Lines(str):
    """Text whose line ends the program made: every line of it has passed `visible`."""

    __slots__ = ()

    @classmethod
    def of(cls, parts: "Iterable[object]") -> "Lines":
        """The parts, each a line, or several when it is `Lines` itself."""
        return cls("\n".join(map(visible, parts)))


def visible(text: object) -> str:
    """A text as one line that shows every character in it; `Lines` stay as they are."""
    shown = text if isinstance(text, Lines) else str(text)
    return shown if isinstance(shown, Lines) else shown.translate(_escapes)


def visible_block(text: str) -> str:
    """A text whose line ends, LF or CRLF, are the program's own or forge nothing."""
    lines = text.replace("\r\n", "\n").split("\n")
    return ("\r\n" if "\r\n" in text else "\n").join(map(visible, lines))


def bounded(text: object, most: int = LONGEST) -> str:
    """A text as lines of at most `most` characters, each cut in its middle."""
    return "\n".join(_cut(line, most) for line in visible(text).split("\n"))


def escaped_json(text: str) -> str:
    """JSON whose strings show every character; it has the same value."""
    return "\n".join(line.translate(_json_escapes) for line in text.split("\n"))


def _cut(line: str, most: int) -> str:
    if len(line) <= most:
        return line
    half = most // 2
    return f"{line[:half]} … {len(line) - 2 * half:,} characters … {line[-half:]}"


class _Escapes(dict[int, str]):
    """What is written for each character; those that were met already are kept."""

    def __missing__(self, number: int) -> str:
        is_hidden = any(low <= number <= high for low, high in _HIDDEN)
        self[number] = self.escape(number) if is_hidden else chr(number)
        return self[number]

    def escape(self, number: int) -> str:
        """As Python writes it; a byte of a name that is no UTF-8 as that byte."""
        if 0xDC80 <= number <= 0xDCFF:
            return f"\\x{number - 0xDC00:02x}"
        return chr(number).encode("unicode_escape").decode()


class _JsonEscapes(_Escapes):
    def escape(self, number: int) -> str:
        units = chr(number).encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))


_escapes, _json_escapes = _Escapes(), _JsonEscapes()
