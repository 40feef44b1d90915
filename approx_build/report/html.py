"""Pages of one HTML file each: templates, style and script inside, and nothing from elsewhere.

A content security policy lets nothing else in, so a page asks no network for anything and text
of a score or a note can never run.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.figures.png import gradient

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_POLICY = (
    "default-src 'none'; img-src data:; media-src 'self' file:; "
    "style-src 'unsafe-inline'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'"
)

Filter = Callable[..., object]


def html(
    template: str, styles: Iterable[str], script: str, filters: Iterable[Filter], **values: object
) -> str:
    """A template filled with `values`; `filters` are called in it by their names."""
    from markupsafe import Markup

    style = "".join(_text(name) for name in styles).replace("$gradient", gradient())
    code = _text(script)
    digest = b64encode(sha256(code.encode()).digest()).decode()
    environment = _environment()
    environment.filters.update({function.__name__: function for function in filters})
    return environment.get_template(template).render(
        policy=_POLICY.format(digest), style=Markup(style), script=Markup(code), **values
    )


def _text(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
