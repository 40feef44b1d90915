"""REAPER's project, read back by the package `rpp` and by a reader of this test."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator
from fractions import Fraction

import pytest

from approx_build.export.formats.reaper import quoted, reaper_project
from tests.export.formats.sessions import SESSION

Tree = list[object]


def parsed(lines: Iterator[str]) -> Tree:
    """Blocks as lists of words and blocks."""
    found: Tree = []
    for line in lines:
        words = shlex.split(line.strip().replace("`", '"'), posix=True)
        if words == [">"]:
            return found
        if words[0].startswith("<"):
            found.append([words[0][1:], *words[1:], *parsed(lines)])
        else:
            found.append(words)
    return found


def those(tree: Tree, name: str) -> list[list[str]]:
    return [one for one in tree if isinstance(one, list) and one and one[0] == name]  # type: ignore[misc]


@pytest.fixture(scope="module")
def project() -> Tree:
    text = reaper_project(SESSION).decode().replace(quoted(SESSION.marks[1].name), "X")
    [found] = parsed(iter(text.splitlines()))
    return found  # type: ignore[return-value]


def test_it_has_every_track_from_the_first_to_the_last_sample(project: Tree) -> None:
    tracks = those(project, "TRACK")
    for track, ours in zip(tracks, SESSION.tracks, strict=True):
        [[_, name]], [[_, muted, *_]] = those(track, "NAME"), those(track, "MUTESOLO")
        assert (name, muted) == (ours.name, str(int(ours.is_muted)))
        [item] = those(track, "ITEM")
        [[_, position]], [[_, length]] = those(item, "POSITION"), those(item, "LENGTH")
        assert (float(position), round(float(length) * 8000)) == (0, 12001)
        [source] = those(item, "SOURCE")
        assert those(source, "FILE") == [["FILE", ours.path]]


def test_tempo_and_markers_are_those_of_the_score(project: Tree) -> None:
    assert those(project, "TEMPO") == [["TEMPO", "120", "3", "4"]]
    [envelope] = those(project, "TEMPOENVEX")
    assert [one[1:] for one in those(envelope, "PT")] == [
        ["0", "120", "0", str(4 * 65536 + 3)],
        ["2", "180", "1"],
        [repr(float(Fraction(7, 3))), "180", "1", str(8 * 65536 + 6)],
    ]
    markers = those(project, "MARKER")
    assert [(one[1], float(one[2])) for one in markers] == [
        ("1", 0.5),
        ("2", float(Fraction(6, 7))),
    ]
    assert markers[0][3] == "gull: cry"


@pytest.mark.parametrize("text", ["plain", 'a "b"', "a 'b'", "a \"b' `c`", "two\nlines"])
def test_a_text_stays_within_its_quotes(text: str) -> None:
    line = quoted(text)
    assert line[0] == line[-1]
    assert line[0] not in line[1:-1]
    assert "\n" not in line


def test_rpp_reads_it() -> None:
    rpp = importlib.import_module("rpp")
    project = rpp.loads(reaper_project(SESSION).decode())
    assert [track.find("NAME")[1] for track in project.findall("TRACK")] == [
        track.name for track in SESSION.tracks
    ]
    files = [one.find("FILE")[1] for one in project.findall(".//SOURCE")]
    assert files == [track.path for track in SESSION.tracks]
    points = [one for one in project.find("TEMPOENVEX") if one[0] == "PT"]
    assert [float(point[1]) for point in points] == [float(p.at_s) for p in SESSION.points]
    markers = [one for one in project if one[0] == "MARKER"]
    assert [marker[3] for marker in markers] == [
        "gull: cry",
        re.sub("`", "'", SESSION.marks[1].name),
    ]
