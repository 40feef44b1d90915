"""The base of grain operations: parameters, and a pure function of clips and a random stream.

One file of this package contains one operation: a frozen pydantic model whose tag `op` names it,
registered with `@OPS.register`. Adding one changes no other file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.metric.pace import Start
from approx_build.numerics.stream import Stream
from approx_build.registry import Registry

LONGEST_S = 3600.0
"""No operation makes more than an hour of sound."""

SHORTEST_S = 0.001
"""Nothing that is asked for by its length is shorter than a millisecond."""
SHORTEST = 2
"""The minimum length of a clip, samples."""


class GrainOp(BaseModel):
    """Parameters of one operation. A subclass has a tag, fields and `make`.

    Fields have bounds, a description and their unit. `version` rises when equal parameters and
    clips give other samples than before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    version: ClassVar[int] = 1
    many: ClassVar[bool] = False
    """Whether the operation takes any number of clips; otherwise exactly one."""
    is_random: ClassVar[bool] = False
    """Whether the result depends on the stream; otherwise nothing is drawn from it."""
    added: ClassVar[tuple[str, ...]] = ()
    """Fields that a later version added: without a value, they are in no key."""
    example: ClassVar[Mapping[str, object]] = {}
    """Parameters for documents and tests: every required one, and the most informative others."""

    op: str

    @model_serializer(mode="wrap")
    def _without_unset(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = handler(self)
        return {
            key: fields[key] for key in fields if key not in self.added or fields[key] is not None
        }

    def apply(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The result for `clips`, all of one rate; OpError when it cannot be made.

        The same parameters, clips and stream give the same samples. An operation keeps the
        number of channels of its clip unless it says otherwise.
        """
        self._check(clips)
        self.check_sizes([clip.length for clip in clips], clips[0].rate)
        length_s = self.length([clip.length_s for clip in clips])
        if length_s is not None:
            self._check_length(length_s, clips[0].rate)
        return self.make(clips, rng)

    def in_time(self, start: Start) -> GrainOp:
        """The operation with its steps in seconds, when its result begins at `start`.

        ValueError if that is not possible.
        """
        return self

    def make(self, clips: Sequence[Clip], rng: Stream) -> Clip:
        """The operation itself, on clips that `apply` has checked."""
        raise NotImplementedError(f"operation {self.op} has no `make`")

    def length(self, source_s: Sequence[float]) -> float | None:
        """Seconds of the result for clips of `source_s` seconds; None when not known before.

        The result has this many samples, rounded to the nearest whole number.
        """
        return None

    def check_sizes(self, sizes: Sequence[int], rate: int) -> None:
        """OpError when nothing can be made of clips of these lengths in samples.

        `check` asks before there is any sound, so that a render does not fail later.
        """

    def _check(self, clips: Sequence[Clip]) -> None:
        if not clips:
            raise OpError(f"{self.op}: there is no clip to work on")
        if len(clips) > 1 and not self.many:
            raise OpError(f"{self.op}: takes one clip, was given {len(clips)}; choose one")
        rates = sorted({clip.rate for clip in clips})
        if len(rates) > 1:
            raise OpError(f"{self.op}: clips have different rates: {rates} Hz")
        for clip in clips:
            if clip.length < SHORTEST or not clip.channels:
                noun = "sample" if clip.length == 1 else "samples"
                raise OpError(f"{self.op}: a clip of {clip.length} {noun} is too short")

    def _check_length(self, length_s: float, rate: int) -> None:
        if length_s > LONGEST_S:
            raise OpError(f"{self.op}: the result would last {length_s:.0f} s; at most an hour")
        if round(length_s * rate) < 1:
            raise OpError(f"{self.op}: the result would be shorter than a sample")


OPS: Registry[GrainOp] = Registry("operation", "approx_build.ops", "op")
"""All operations by name."""
