from __future__ import annotations

from tests.score.scores import PIECE, Project


def remarks(project: Project) -> list[str]:
    return [f"{f.where.line}:{f.where.column}: {f.message}" for f in project.load().remarks]


def test_silence_and_unused_takes_are_reported_and_no_fault(project: Project) -> None:
    project.piece(PIECE + "takes: {s: {model: m, length_s: 1}}\n")
    project.movement("movement: a\nlength: 10\ntakes: {t: {model: m, length_s: 1}}\n")
    assert remarks(project) == [
        "1:1: this movement has no events, so it is silent",
        "3:9: takes.t: no event uses this take",
        "3:9: takes.s: no event uses this take",
    ]


def test_muting_all_parts_is_reported(project: Project) -> None:
    project.movement(
        "movement: a\nlength: 10\nparts: {p: {mute: true, events: [{at: 0, play: {from: a/b}}]}}\n"
    )
    assert remarks(project) == ["3:1: parts: all parts are muted, so the movement is silent"]


def test_a_take_that_primes_a_used_one_is_used(project: Project) -> None:
    project.movement(
        "movement: a\nlength: 10\ntakes: {t: {model: m, length_s: 1}, "
        "u: {model: m, length_s: 1, prime: {take: t}}}\n"
        "parts: {p: {events: [{at: 0, play: {from: u}}]}}\n"
    )
    assert remarks(project) == []
