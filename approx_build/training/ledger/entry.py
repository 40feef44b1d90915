"""An entry of the ledger: one training run, its settings, how it went, what it cost.

A run is all that was done for one manifest: interrupted and resumed it has several sessions. What
can be counted from an entry (time, cost, how the loss behaves) is not kept but counted. `lifecycle`
builds entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from approx_build.training.ledger.costs import NOTHING, Costs, price
from approx_build.training.ledger.curve_analysis import (
    VARIETY,
    Behaviour,
    Curve,
    Point,
    behaviour,
    by_name,
)
from approx_build.training.ledger.record import (
    manifest_digest,
    without_empty,
)
from approx_build.training.ledger.settings import Settings
from approx_build.training.parameters import LAST_STEP

Text = Annotated[str, BeforeValidator(lambda text: str(text).encode(errors="replace").decode())]
"""Text that can be written as UTF-8, whatever a terminal handed over."""


def _number(value: object) -> object:
    return None if isinstance(value, float) and not isfinite(value) else value


Loss = Annotated[float | None, BeforeValidator(_number)]
"""A loss; one that is no number any more is null, as JSON has it."""


def _moment(text: str) -> str:
    if text and datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(f"a moment needs its zone ({text}); write 2026-03-01T12:00:00Z")
    return text


Moment = Annotated[str, AfterValidator(_moment)]
"""A moment as text, or empty where it is not known."""


Hours = Annotated[float | None, Field(ge=0, le=1e9)]


class Strict(BaseModel):
    """Frozen; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Status(StrEnum):
    """The status of a run."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    BUDGET = "stopped at budget"
    FAILED = "failed"
    DONE = "done"


class Note(Strict):
    """What somebody wrote about a run: a remark, or what to do next."""

    text: Text = Field(min_length=1, max_length=10_000)
    on: date
    kind: Literal["note", "next"] = "note"


class Audio(Strict):
    """Hours of sound: as recorded, as prepared for the network, and used in training."""

    recorded_h: Hours = None
    prepared_h: Hours = None
    heard_h: Hours = None


class LossPoint(Strict):
    """A point of the loss curve; `losses` are those of players, and of their terms, by name."""

    step: int = Field(ge=0, le=LAST_STEP)
    training: Loss = None
    held_out: Loss = None
    losses: dict[str, Loss] = {}

    @model_serializer(mode="wrap")
    def _without_players(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # Without players the entry reads as versions before players wrote it.
        return without_empty(written(self), "losses")


class Kept(Strict):
    """A checkpoint: its step, held-out loss, and the SHA-256 of its file."""

    step: int = Field(ge=0, le=LAST_STEP)
    loss: Loss = None
    digest: str


class Session(Strict):
    """A session of a run: from a start or a resumption to an interruption or the end."""

    started: Moment = Field(description="moment it began, UTC")
    from_step: int = Field(ge=0, le=LAST_STEP)
    to_step: int = Field(ge=0, le=LAST_STEP)
    seconds: float = Field(default=0.0, ge=0, le=1e12)
    per_hour: Decimal | None = Field(
        default=None, ge=0, le=1_000_000, description="price of an hour of it"
    )
    device: str = "cpu"
    threads: int = Field(default=1, ge=1, le=1_000_000)
    environment: dict[str, str] = {}


class LedgerEntry(Strict):
    """A training run. Columns that a family does not have are null."""

    ledger: Literal[1] = Field(default=1, description="version of this entry's form")
    number: int = Field(
        default=1, ge=1, le=10**9, description="place in the ledger, whatever the clock said"
    )
    run: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*-[0-9a-f]{8}$")
    model: str
    family: str
    corpus: str
    corpus_digest: str
    performers: tuple[str, ...] = ()
    audio: Audio = Audio()
    steps_done: int = Field(default=0, ge=0, le=LAST_STEP)
    steps_planned: int = Field(ge=0, le=LAST_STEP)
    settings: Settings
    loss_unit: str = "nats"
    status: Status = Status.RUNNING
    reason: Text = Field(default="", description="why it failed or stopped")
    updated: Moment = Field(default="", description="moment this was written, UTC")
    costs: Costs | None = None
    parent: str | None = Field(default=None, description="run whose weights it began with")
    manifest: dict[str, Any]
    curve: tuple[LossPoint, ...] = ()
    checkpoints: tuple[Kept, ...] = ()
    # The name in stored entries; each is a session.
    sittings: tuple[Session, ...] = ()
    warnings: tuple[Text, ...] = Field(
        default=(), description="what was wrong with its checkpoints"
    )
    notes: tuple[Note, ...] = Field(
        default=(), exclude=True, description="kept in a file of their own"
    )

    @model_serializer(mode="wrap")
    def _without_warnings(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A run without them reads as versions before warnings wrote it.
        return without_empty(written(self), "warnings")

    @property
    def started(self) -> str:
        """The start of the first session."""
        return self.sittings[0].started if self.sittings else ""

    @property
    def seconds(self) -> float:
        """Seconds of all sessions. Repeated steps count, because they cost money, too."""
        return sum(session.seconds for session in self.sittings)

    @property
    def earlier_cost(self) -> Decimal:
        """The cost of all sessions but the last, each at its own price; not rounded."""
        return sum((_price(one) for one in self.sittings[:-1]), NOTHING)

    @property
    def cost(self) -> Decimal | None:
        """What it has cost, rounded up to the hundredth; None when no price was named."""
        if self.costs is None:
            return None
        # Rounded once, when the sessions are added.
        return self.costs.spent(0, sum((_price(one) for one in self.sittings), NOTHING))

    @property
    def training_curve(self) -> Curve:
        """(step, training loss)."""
        return sorted((p.step, p.training) for p in self.curve if p.training is not None)

    @property
    def held_out_curve(self) -> Curve:
        """(step, held-out loss)."""
        return sorted((p.step, p.held_out) for p in self.curve if p.held_out is not None)

    @property
    def player_curves(self) -> Mapping[str, Curve]:
        """(step, training loss) of each player and of the terms of its loss, by name."""
        return by_name((point.step, point.losses) for point in self.curve)

    @property
    def behaviour(self) -> Behaviour:
        """How the loss behaves."""
        variety = self.player_curves.get(VARIETY, ())
        curves = self.training_curve, self.held_out_curve
        return _behaviour(*map(tuple, curves), self.loss_unit, tuple(variety))

    def seconds_at(self, step: float) -> float:
        """Seconds that had passed at `step`, when it was made last."""
        passed = found = 0.0
        for one in self.sittings:
            if step >= one.from_step:
                steps = max(1, one.to_step - one.from_step)
                found = passed + one.seconds * min(1.0, (step - one.from_step) / steps)
            passed += one.seconds
        return found


@lru_cache(maxsize=4096)
def _behaviour(
    training: tuple[Point, ...],
    held_out: tuple[Point, ...],
    unit: str,
    variety: tuple[Point, ...],
) -> Behaviour:
    """Kept, since many columns ask for it; of the curves, since an entry's copy has others."""
    return behaviour(training, held_out, unit, variety)


def _price(session: Session) -> Decimal:
    return price(session.per_hour or NOTHING, session.seconds)


def run_name(model: str, manifest: Mapping[str, Any]) -> str:
    """The name of the run of a model's manifest: MODEL-1a2b3c4d."""
    return f"{model}-{manifest_digest(manifest)[:8]}"


def utc_text(moment: datetime) -> str:
    """A moment as text: 2026-03-01T12:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
