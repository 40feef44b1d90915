"""The controls of generation with a DanceDiffusion network, and the solver that they define."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from approx_build.engines.diffusion import schedules
from approx_build.engines.diffusion.inpainting import Resampling
from approx_build.engines.diffusion.parameterisation import Velocity
from approx_build.engines.diffusion.samplers.base import Sampler
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.engines.diffusion.schedules import Schedule
from approx_build.engines.diffusion.solver import Solver

SamplerName = Literal[
    "ddim",
    "iplms",
    "heun",
    "lms",
    "dpm-2",
    "dpmpp-2s-ancestral",
    "dpmpp-2m",
    "dpmpp-2m-sde",
]
ScheduleName = Literal["crash", "linear", "log", "karras", "polyexponential"]
_FROM_NOISE_ALONE = ("crash", "linear")
# The defaults of Karras and others, and of k-diffusion.
_USUAL_RHO = {"karras": 7.0, "polyexponential": 1.0}


class Sampling(BaseModel):
    """How sound is generated from noise: by which steps, through which noise levels."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    sampler: SamplerName = Field("iplms", description="the solver")
    steps: int = Field(100, ge=1, le=1000, description="sampling steps from noise to sound")
    schedule: ScheduleName | None = Field(
        None,
        description="schedule of noise levels; null: crash for ddim and iplms, "
        "polyexponential for the others, which cannot begin at pure noise",
    )
    eta: float | None = Field(
        None,
        ge=0,
        le=1,
        description="stochasticity: share of new noise that the steps add; null: 1 for "
        "dpmpp-2s-ancestral and dpmpp-2m-sde, else 0",
    )
    least_ratio: float = Field(
        0.01,
        ge=1e-9,
        le=1,
        description="ratio of noise to sound at the lowest level above 0 of karras and "
        "polyexponential",
    )
    greatest_ratio: float = Field(
        100.0,
        ge=2,
        le=10000,
        description="ratio of noise to sound at the highest level of karras and polyexponential",
    )
    rho: float | None = Field(
        None,
        ge=1e-3,
        le=100,
        description="rho of karras and polyexponential; null: 7 and 1",
    )
    resampling_times: int = Field(
        4,
        ge=1,
        le=100,
        description="RePaint: how often steps are repeated when sound must fit known sound",
    )
    resampling_stride: int = Field(
        5, ge=1, le=1000, description="RePaint: how many steps each repetition goes back"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        sampler = SAMPLERS[self.sampler]
        if self.schedule in _FROM_NOISE_ALONE and not sampler.begins_at_noise:
            raise ValueError(
                f"schedule: {self.schedule} begins at pure noise, which sampler {self.sampler} "
                "does not support; use log, karras or polyexponential"
            )
        # An eta of 0 adds no noise, which every sampler supports.
        if self.eta and not sampler.takes_eta:
            able = ", ".join(name for name, one in SAMPLERS.items() if one.takes_eta)
            raise ValueError(
                f"eta: {self.eta:g}; sampler {self.sampler} is deterministic; these accept eta: "
                f"{able}"
            )
        return self

    def levels(self) -> Schedule:
        """The noise levels of the steps."""
        name = self.schedule or self._usual_schedule()
        match name:
            case "crash":
                return schedules.crash(self.steps)
            case "linear":
                return schedules.linear(self.steps)
            case "log":
                return schedules.log(self.steps)
        ends = self.least_ratio, self.greatest_ratio
        rho = self.rho or _USUAL_RHO[name]
        make = schedules.karras if name == "karras" else schedules.polyexponential
        return make(self.steps, *ends, rho)

    def solver(self, velocity: Velocity) -> Solver:
        """The solver for a network with these controls."""
        return Solver(velocity, self._sampler, self.levels(), self.eta)

    @property
    def is_reversible(self) -> bool:
        """Whether the sampler can run backwards, from sound to noise."""
        return self._sampler.is_reversible and not self.eta

    @property
    def resampling(self) -> Resampling:
        """How generated sound is made to fit known sound."""
        return Resampling(self.resampling_times, self.resampling_stride)

    @property
    def _sampler(self) -> type[Sampler]:
        return SAMPLERS[self.sampler]

    def _usual_schedule(self) -> ScheduleName:
        return "crash" if self._sampler.begins_at_noise else "polyexponential"
