"""DAW: stems with cue points, and sessions of REAPER, DAWproject and OpenTimelineIO."""

from __future__ import annotations

from typing import ClassVar

from approx_build.export.base import EXPORTS, Export, Task
from approx_build.export.formats.dawproject import write_dawproject
from approx_build.export.formats.reaper import reaper_project
from approx_build.export.formats.timeline import timeline
from approx_build.export.formats.wav_chunks import About, chunks
from approx_build.export.names import Names
from approx_build.export.rendered import RenderedMovement, RenderedPiece
from approx_build.export.session import SessionTrack, marks_of, session_of
from approx_build.export.sound import SoundFormat, write_sound
from approx_build.files.writing import rewritten


@EXPORTS.register
class Daw(Export):
    """What a person needs to continue in a studio: a session for each movement."""

    purpose: ClassVar[str] = "daw"

    def write(self, task: Task) -> tuple[str, ...]:
        """Stems, movements, and three kinds of sessions, to the sample."""
        piece, start = task.piece, 0
        for movement in piece.movements:
            task.activity(f"writing the session of {movement.title}")
            tracks = _write_sounds(task, movement, start)
            session = session_of(movement, piece.title, piece.composer, piece.channels, tracks)
            task.folder.write(f"{movement.name}.rpp", reaper_project(session))
            task.folder.write(f"{movement.name}.otio", timeline(session))
            sounds = {track.path: task.folder.folder / track.path for track in tracks}
            with rewritten(task.folder.path(f"{movement.name}.dawproject")) as file:
                write_dawproject(file, session, sounds)
            start += movement.length + round(piece.gap_s * piece.rate)
        return ()


def _write_sounds(task: Task, movement: RenderedMovement, start: int) -> list[SessionTrack]:
    """Write the stems and, as a muted track for comparison, the movement; their tracks."""
    piece, names = task.piece, Names()
    form = SoundFormat("wav", piece.rate, 24)
    tracks = [
        SessionTrack(part.name, f"stems/{movement.name}/{names.of(part.name)}.wav")
        for part in movement.parts
    ]
    tracks.append(SessionTrack("as rendered", f"movements/{movement.name}.wav", is_muted=True))
    sounds = [*(part.sound for part in movement.parts), movement.sound]
    for track, sound in zip(tracks, sounds, strict=True):
        about = about_sound(piece, movement, track.name, start)
        after = chunks(about, marks_of(movement))
        write_sound(task.folder.path(track.path), sound, form, track.path, after)
    return tracks


def about_sound(piece: RenderedPiece, movement: RenderedMovement, name: str, start: int) -> About:
    """What a sound of a movement says of itself; the movement begins at sample `start`."""
    form = (piece.rate, 24, piece.channels)
    return About(piece.title, movement.title, name, piece.made, *form, start)
