"""The states of an action in a build."""

from __future__ import annotations

import enum


class State(enum.Enum):
    """Where an action stands."""

    WAITING = "waiting"  # for an input that is not done
    READY = "ready"  # its inputs are done, so its key can be computed and looked up
    QUEUED = "queued"  # its key has no record: it must run
    RUNNING = "running"  # given to the executor, or equal to an action that is
    DONE = "done"  # has a record: its digest is known
    FAILED = "failed"  # ran and failed, or could not be run
    SKIPPED = "skipped"  # needs something that failed
