"""`init`: the first files of a piece, ready to render."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from approx_build.errors import UsageError
from approx_build.files.readlog import ReadLog
from approx_build.store.delivery import write
from approx_build.store.disk import make_folder, store_errors

PIECE = """\
# A piece: its movements, and what they share. `approx-build render {path}` renders it.
score: 1
piece: {title}
seed: 1 # every random choice follows from this, from names, and from nothing else
output: {{ rate: 44100, channels: 2, subtype: PCM_24, true_peak_dbtp: -1.0 }}
gap_s: 3
movements:
  - {slug}/1-first.yaml
"""

MOVEMENT = """\
# A movement: takes drawn from networks, and parts made of events.
score: 1
movement: first
length: "0:12"
{body}
"""

WITH_MODEL = """\
takes:
  voice: {{ model: {model}, count: 4, length_s: 3 }}
parts:
  machine:
    events:
      - {{ at: 0, salad: {{ from: voice, length_s: 8 }}, gain_db: -9, fade_in_s: 1 }}
      - at: 8
        hold: {{ from: voice, clip: 1, rate_hz: 6, length_s: 3.5 }}
        gain_db: -9
        fade_out_s: 2
cues:
  - {{ at: 8, for: player, text: hold }}"""

WITHOUT_MODEL = """\
# There is no model here yet, so this movement is silent. To give it a voice:
#   1. approx-build corpus add NAME FILES, and write into its consent.yaml who agreed to what;
#   2. declare a model in models/NAME.yaml;
#   3. draw takes from it here.
parts: {}"""


NO_TEXT = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan"}
"""Words that YAML, or another reader of it, takes for something else than text."""


@dataclass(frozen=True)
class NewPiece:
    """The files of a piece that was started."""

    score: Path
    movement: Path


def init(name: str, folder: Path) -> NewPiece:
    """Write the files; nothing that exists is touched."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not slug or not name.isprintable():
        raise UsageError(f"{name!r} cannot be a piece's name; use letters or digits")
    shown, below = f"pieces/{slug}.yaml", f"pieces/{slug}/1-first.yaml"
    for path in (shown, below):
        if (folder / path).exists():
            raise UsageError(f"{path} exists already; choose another name")
    score, movement = folder / shown, folder / below
    title = (
        name
        # Other titles are quoted: `2024`, `true` or `a: b` would be no text in YAML.
        if re.fullmatch(r"[A-Za-z][\w -]*", name) and name.lower() not in NO_TEXT
        else f"'{name.replace(chr(39), chr(39) * 2)}'"
    )
    with store_errors(folder):
        make_folder(folder / "models")
    # The score last: an interrupted `init` leaves no piece with a missing movement.
    write(movement, MOVEMENT.format(body=_body(folder)).encode())
    write(score, PIECE.format(path=shown, title=title, slug=slug).encode())
    return NewPiece(score, movement)


def _body(folder: Path) -> str:
    files = map(Path, ReadLog().files_in(folder / "models"))
    models = [path.stem for path in files if path.suffix == ".yaml"]
    return WITH_MODEL.format(model=models[0]) if models else WITHOUT_MODEL
