"""A small text does no large damage: it is checked in seconds, and refused in few words."""

from __future__ import annotations

import resource
import subprocess

from tests.space import Space

LONGEST_S, MOST_BYTES = 60, 1_500_000_000
"""CPU time and memory of a check on a slow machine: the point is that it ends at all."""


def checked(space: Space) -> str:
    """What `check` says in a process of its own, which may not take too much."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_S, LONGEST_S))
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))

    done = subprocess.run(
        space.command("check", "pieces/tide.yaml"),
        cwd=space.root,
        env=space.environ(),
        preexec_fn=limited,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    return done.stderr


def movement(text: str) -> str:
    """A movement of two seconds with this beside its title."""
    return f'score: 1\nmovement: foam\nlength: "0:02"\n{text}'


def piece(space: Space, text: str) -> Space:
    """The piece with one movement."""
    (space.root / "pieces/tide.yaml").write_text(
        "score: 1\npiece: tide\nseed: 1\nmovements: [tide/1-foam.yaml]\n", encoding="utf-8"
    )
    space.write("pieces/tide/1-foam.yaml", movement(text))
    return space


TAKE = "{ model: tiny, length_s: 0.2, count: %d }"


def test_three_thousand_misspelt_names_are_reported_in_few_lines(project: Space) -> None:
    takes = "".join(f"  shell{n}: {TAKE % 1}\n" for n in range(3000))
    events = "".join(f"      - {{ at: 0, play: {{ from: shel{n} }} }}\n" for n in range(3000))
    text = f"takes:\n{takes}parts:\n  spray:\n    events:\n{events}"
    said = checked(piece(project, text)).splitlines()
    assert said[-1] == "… and at least 960 more"
    assert len(said) < 150
    assert "unknown take 'shel0'; did you mean 'shell0'?" in said[0]


def test_a_chain_of_three_thousand_primes_is_refused_in_words(project: Space) -> None:
    first = "  link0: { model: tiny, length_s: 0.2 }\n"
    chain = "".join(
        f"  link{n}: {{ model: tiny, length_s: 0.2, prime: {{ take: link{n - 1} }} }}\n"
        for n in range(1, 3000)
    )
    said = checked(piece(project, f"takes:\n{first}{chain}parts: {{}}\n")).splitlines()
    assert said[0] == (
        "pieces/tide/1-foam.yaml:105:3: takes.link100: is made of more than 100 takes, one after "
        "another; shorten the chain"
    )


def test_takes_of_too_many_clips_are_refused_at_their_line(project: Space) -> None:
    takes = "".join(f"  cry{n}: {TAKE % 100_000}\n" for n in range(20))
    said = checked(piece(project, f"takes:\n{takes}parts: {{}}\n"))
    assert "pieces/tide/1-foam.yaml:5:" in said
    assert "must be at most 10000 (is 100000)" in said


def test_a_training_that_keeps_too_many_checkpoints_is_refused(project: Space) -> None:
    text = (project.root / "models/tiny.yaml").read_text(encoding="utf-8")
    text = text.replace("{ steps: 4,", "{ steps: 100000000,")
    project.write("models/tiny.yaml", f"{text}checkpoint_every: 1\n")
    said = checked(project)
    assert "would keep 100,000,0" in said
    assert "models/tiny.yaml:" in said
