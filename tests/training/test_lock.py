from __future__ import annotations

import threading
import time
from pathlib import Path

from approx_build.training.lock import alone_in
from approx_build.training.sharing import ALONE, Share


def test_one_waits_for_the_other(tmp_path: Path) -> None:
    events: list[str] = []

    def second() -> None:
        with alone_in(tmp_path / "run", ALONE):
            events.append("second")

    with alone_in(tmp_path / "run", ALONE):
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.4)
        events.append("first")
    waiting.join(5)
    assert events == ["first", "second"]
    assert (tmp_path / "run").is_dir()


def test_other_ranks_of_a_training_do_not_wait_for_its_first(tmp_path: Path) -> None:
    with alone_in(tmp_path / "run", ALONE), alone_in(tmp_path / "run", Share(1, 2)):
        pass
