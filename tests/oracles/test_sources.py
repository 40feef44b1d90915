from __future__ import annotations

import sys
from pathlib import Path
from zipfile import ZipFile

from tests.oracles.sources import modules


def test_named_files_are_real_and_all_else_stands_in(tmp_path: Path) -> None:
    wheel = tmp_path / "gong-1.whl"
    with ZipFile(wheel, "w") as archive:
        archive.writestr("gong/__init__.py", "raise RuntimeError('never run')")
        archive.writestr("gong/tone.py", "PITCH = 3\n")
        archive.writestr(
            "gong/bell.py",
            "import heavy.deep\nfrom . import tone, rest\nfrom .metal import Bronze\n"
            "class Bell(Bronze):\n    pitch = tone.PITCH + rest.count(4)\n",
        )
    before = set(sys.modules)
    stand_ins = {"heavy": {}, "gong.rest": {"count": lambda number: number}}
    tone, bell = modules(wheel, ["gong.tone", "gong.bell"], stand_ins)
    assert bell.Bell.pitch == 7
    assert bell.tone is tone
    assert not {name for name in set(sys.modules) - before if name.startswith(("gong", "heavy"))}
