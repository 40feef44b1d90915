from __future__ import annotations

from tests.score.conftest import project as project
