"""A session that the tests of formats write."""

from __future__ import annotations

from fractions import Fraction

from approx_build.export.session import Mark, Session, SessionTrack, tempo_points
from tests.export.test_session import RAMP

SESSION = Session(
    *("foam & <sand>", "tide", "Zoë Quill", 8000, 2, 12001),
    tracks=(
        SessionTrack('spray "1"', "stems/01-foam/spray.wav"),
        SessionTrack("as rendered", "movements/01-foam.wav", is_muted=True),
    ),
    marks=(Mark(Fraction(1, 2), "gull: cry"), Mark(Fraction(6, 7), 'Ève: "a\'b`c"')),
    points=tempo_points(RAMP),
)
