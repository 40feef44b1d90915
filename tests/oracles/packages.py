"""The parts of other packages that tests compare with, each imported on its own."""

from __future__ import annotations

import inspect
from functools import cache, wraps
from types import ModuleType, SimpleNamespace
from typing import Any

from torch import Tensor, nn

from tests.oracles.sources import modules
from tests.oracles.wheels import wheel


def _append_dims(x: Tensor, count: int) -> Tensor:
    return x[(...,) + (None,) * (count - x.ndim)]


def _trange(count: int, **options: object) -> range:
    return range(count)


_TQDM = {"tqdm": {}, "tqdm.auto": {"trange": _trange}}


@cache
def k_diffusion() -> ModuleType:
    """Its samplers and schedules; `VDenoiser` among them."""
    real = ["k_diffusion.sampling", "k_diffusion.external"]
    utils = {"k_diffusion.utils": {"append_dims": _append_dims}}
    others: dict[str, dict[str, object]] = {"torchsde": {}, "torchdiffeq": {}}
    sampling, external = modules(wheel("k-diffusion"), real, utils | others | _TQDM)
    sampling.VDenoiser = external.VDenoiser  # type: ignore[attr-defined]
    return sampling


@cache
def v_diffusion() -> ModuleType:
    """Its samplers; `utils` among them."""
    real = ["diffusion.utils", "diffusion.sampling"]
    others: dict[str, dict[str, object]] = {"torchvision": {}, "requests": {}}
    utils, sampling = modules(wheel("v-diffusion-pytorch"), real, others | _TQDM)
    sampling.utils = utils  # type: ignore[attr-defined]
    return sampling


@cache
def stable_audio_network() -> Any:
    """The class `DiffusionAttnUnet1D` of stable-audio-tools."""
    package = "stable_audio_tools.models"
    real = [f"{package}.blocks", f"{package}.diffusion"]
    stand_ins = {f"{package}.utils": {"compile": lambda function: function}}
    blocks, diffusion = modules(wheel("stable-audio-tools"), real, stand_ins)
    plain = blocks.ResConvBlock

    # This version of the class passes an option that its own block does not know.
    def block(*sizes: int, use_snake: bool = False, **options: Any) -> nn.Module:
        assert not use_snake
        return plain(*sizes, **options)

    diffusion.ResConvBlock = block
    return diffusion.DiffusionAttnUnet1D


def _register_to_config(init: Any) -> Any:
    """Keeps the arguments of a constructor, as diffusers does."""

    @wraps(init)
    def registering(self: Any, *args: Any, **options: Any) -> None:
        bound = inspect.signature(init).bind(self, *args, **options)
        bound.apply_defaults()
        vars(self)["config"] = SimpleNamespace(**bound.arguments)
        init(self, *args, **options)

    return registering


_CONFIG = {"diffusers.configuration_utils": {"register_to_config": _register_to_config}}


@cache
def diffusers_network() -> Any:
    """The class `UNet1DModel` of diffusers."""
    package = "diffusers.models"
    real = [f"{package}.embeddings", f"{package}.unets.unet_1d_blocks", f"{package}.unets.unet_1d"]
    stand_ins = {
        "diffusers.utils": {"BaseOutput": SimpleNamespace},
        f"{package}.modeling_utils": {"ModelMixin": nn.Module},
    }
    return modules(wheel("diffusers"), real, stand_ins | _CONFIG)[-1].UNet1DModel


@cache
def diffusers_ipndm() -> Any:
    """The class `IPNDMScheduler` of diffusers."""
    real = ["diffusers.schedulers.scheduling_ipndm"]
    output = {"SchedulerOutput": SimpleNamespace}
    stand_ins = {"diffusers.schedulers.scheduling_utils": output}
    return modules(wheel("diffusers"), real, stand_ins | _CONFIG)[-1].IPNDMScheduler
