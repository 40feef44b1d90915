"""Commands run one after another in one process that finds no torch, nor do its children."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.space import Outcome, Space

FOLDER = Path(__file__).parent


def without_torch(space: Space) -> Space:
    """The same project, whose commands run where torch is not installed."""
    path = os.pathsep.join([str(FOLDER), space.environ()["PYTHONPATH"]])
    return Space(space.root, {**space.environment, "PYTHONPATH": path})


def outcomes(space: Space, commands: Sequence[Sequence[str]]) -> list[Outcome]:
    """What each command said and how it ended; -1 is the code of one that had a traceback."""
    hidden = without_torch(space)
    done = subprocess.run(
        [sys.executable, "-m", "tests.torchless.commands", str(space.root)],
        input=json.dumps(commands),
        env=hidden.environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Outcome(**one) for one in json.loads(done.stdout)]


def main() -> None:
    """Run the commands that standard input names."""
    space = Space(Path(sys.argv[1]), {"PYTHONPATH": os.environ["PYTHONPATH"]})
    said = [_outcome(space, words) for words in json.load(sys.stdin)]
    assert "torch" not in sys.modules
    sys.stdout.write(json.dumps([one.__dict__ for one in said]))


def _outcome(space: Space, words: Sequence[str]) -> Outcome:
    try:
        return space.run(*words, code=None)
    except AssertionError as error:
        return Outcome(-1, "", str(error))


if __name__ == "__main__":
    main()
