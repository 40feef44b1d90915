"""The light path: says that there is nothing to do before anything heavy is imported.

Only `render PIECE` with options that name places is answered here; everything else goes to the
full command line, which also answers whenever the sweep finds a change.
"""

from __future__ import annotations

import os

from approx_build.cli.output import print_lines
from approx_build.execution.up_to_date import (
    drafts_in,
    is_up_to_date,
    state_options,
    state_path,
    summary,
)
from approx_build.files.links import confine_links

PLACES = {"--store": "store", "--out": "out"}
IGNORED = {"-q", "--quiet", "-v", "--verbose", "--locked", "-k", "--keep-going"}
VALUED = {"--jobs", "-j"}


def nothing_to_do(arguments: list[str]) -> bool:
    """Whether the arguments ask for a render that is up to date; prints a line if so."""
    asked = parse_render(arguments)
    if asked is None:
        return False
    piece, store, out, is_quiet = asked
    # Without the folders that the user allowed: for files in those, the full command decides.
    confine_links(project_root(piece), store, out)
    options = state_options(piece, out)
    state = state_path(store, options)
    if has_drafts(store) or not is_up_to_date(state, options):
        return False
    if not is_quiet:
        print_lines(summary(state))
    return True


def has_drafts(store: str) -> bool:
    """Whether a builder is at work in the store, or was killed there and left its drafts."""
    try:
        drafts = os.listdir(os.path.join(store, "drafts"))
    except OSError:
        drafts = []
    return bool(drafts or drafts_in(os.path.join(store, "states")))


def parse_render(arguments: list[str]) -> tuple[str, str, str, bool] | None:
    """Piece, store, renders folder and quietness of a plain `render`; None for anything else."""
    if not arguments or arguments[0] != "render":
        return None
    places, pieces, is_quiet = {}, [], False
    rest = iter(arguments[1:])
    for argument in rest:
        name, _, value = argument.partition("=")
        if name in PLACES:
            places[PLACES[name]] = value or next(rest, "")
        elif name in VALUED:
            if not value:
                next(rest, "")
        elif argument in IGNORED:
            is_quiet = is_quiet or argument in ("-q", "--quiet")
        elif argument.startswith("-"):
            return None
        else:
            pieces.append(argument)
    if len(pieces) != 1:
        return None
    piece = os.path.abspath(pieces[0])
    root = project_root(piece)
    store = places.get("store") or os.environ.get("APPROX_STORE") or os.path.join(root, ".approx")
    out = places.get("out") or os.path.join(root, "renders")
    return piece, os.path.abspath(store), os.path.abspath(out), is_quiet


def project_root(piece: str) -> str:
    """The nearest folder above `piece` with a folder `models`, else the piece's own.

    The same rule as `approx_build.score.paths`, without its imports.
    """
    own = folder = os.path.dirname(piece)
    while True:
        if os.path.isdir(os.path.join(folder, "models")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return own
        folder = above
