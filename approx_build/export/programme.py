"""The words of an export: programme note and technical rider of a piece."""

from __future__ import annotations

from approx_build.export.formats.document import Document, Heading, Table
from approx_build.export.rendered import RenderedMovement, RenderedPiece
from approx_build.export.sound import SoundFormat
from approx_build.units import clock

CHANNELS = {1: ("mono",), 2: ("left", "right")}


def programme_note(piece: RenderedPiece) -> Document:
    """Who wrote the piece, for whom, its movements, its notes, and whose sound it is."""
    about = [
        *([piece.composer] if piece.composer else []),
        " · ".join(filter(None, [piece.instrumentation, piece.year])),
        f"Duration {clock(piece.length_s, 0)}",
    ]
    blocks: list[str | Heading | Table] = ["\n".join(filter(None, about))]
    if piece.players:
        blocks.append(f"Players: {', '.join(piece.players)}")
    rows = tuple((str(m.number), m.title, clock(m.length_s, 0)) for m in piece.movements)
    blocks.append(Table(("no.", "movement", "length"), rows))
    if piece.note:
        blocks.append(piece.note)
    for movement in piece.movements:
        if movement.note:
            blocks += [Heading(movement.title), movement.note]
    if piece.credits:
        blocks += [Heading("Recordings"), "\n".join(piece.credits)]
    return Document(piece.title, tuple(blocks))


def technical_rider(piece: RenderedPiece, form: SoundFormat, loudness: str) -> Document:
    """What a hall needs to know: files, channels, levels, stems and the order of events."""
    names = CHANNELS.get(piece.channels, tuple(str(n + 1) for n in range(piece.channels)))
    channels = ", ".join(f"{number} {name}" for number, name in enumerate(names, 1))
    rows = tuple(
        (one.name, one.title, clock(one.length_s), str(len(one.parts)), _cued(one))
        for one in piece.movements
    )
    many = len(piece.movements) > 1
    pauses = f" with pauses of {piece.gap_s:g} s between the movements" if many else ""
    blocks: list[str | Heading | Table] = [
        f"Sound files: {form.words}, channels: {channels}.\n{loudness}",
        f"Duration {clock(piece.length_s)}{pauses}.",
        Table(("file", "movement", "length", "stems", "cues"), rows),
        "The stems of a movement have its length and begin with it. At equal levels their sum is "
        "the movement before the gain and the true peak ceiling of its master.",
    ]
    if piece.players:
        blocks.append(f"Players on stage: {', '.join(piece.players)}")
    blocks.append("SHA256SUMS has the checksum of every file: sha256sum -c SHA256SUMS")
    return Document(f"{piece.title}: technical rider", tuple(blocks))


def _cued(movement: RenderedMovement) -> str:
    players = movement.players()
    count = len(movement.cues)
    return f"{count} ({', '.join(players)})" if players else str(count)
