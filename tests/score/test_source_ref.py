from __future__ import annotations

import pytest

from approx_build.score.source_ref import SourceKind, SourceRef
from tests.score.scores import Project


def test_a_bare_name_is_a_take_and_one_with_a_slash_a_recording() -> None:
    take, recording = SourceRef.model_validate("fog"), SourceRef.model_validate("accordion/*")
    assert (take.kind, take.name, take.is_pattern) == (SourceKind.TAKE, "fog", False)
    assert (recording.kind, recording.name) == (SourceKind.RECORDING, "accordion/*")
    assert recording.is_pattern


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("3", "needs a name or fields such as { take: fog }, is 3"),
        ("{}", "needs one of take, recording, part, file (is none)"),
        ("{take: a, part: b}", "needs one of take, recording, part, file (is 'take' and 'part')"),
        ("{part: q, clip: 2}", "'clip' chooses one clip of a take; a part has none"),
        ("Big Fog", "names are made of a–z"),
        ("{tkae: a}", "unknown field; did you mean 'take'?"),
        ("{take: t, start_s: -1}", "must be at least 0 (is -1)"),
        ("a/b/c", "needs corpus/recording"),
    ],
)
def test_sources_that_make_no_sense_are_located(project: Project, source: str, fault: str) -> None:
    project.movement(
        f"movement: a\nlength: 10\nparts: {{p: {{events: "
        f"[{{at: 0, play: {{from:\n    {source}}}}}]}}}}\n"
    )
    found = project.faults()[0]
    assert found.startswith("1-fog.yaml:4:")
    assert "parts.p.events[0].play.from" in found
    assert fault in found
