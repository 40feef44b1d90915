"""Codes of a SampleRNN: conversion between sound and codes, and the inputs of its frame tiers.

Silence is code Q div 2. Linear codes are equal steps of amplitude, and a code decodes to its
smallest sample, as in the published forms; sound is never normalised first.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from approx_build.audio import mulaw
from approx_build.families.samplernn.parameters import SampleRNNParameters


def encode(network: SampleRNNParameters, sound: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The codes of samples, full scale 1.0."""
    if network.quantization == "mu-law":
        return mulaw.encode(sound, network.codes).astype(np.uint8)
    places = np.searchsorted(_linear(network.codes), sound, side="right") - 1
    return np.maximum(places, 0).astype(np.uint8)


def decode(network: SampleRNNParameters, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The sample values of codes."""
    if network.quantization == "mu-law":
        return mulaw.decode(codes, network.codes)
    return _linear(network.codes)[codes]


@cache
def levels(codes: int) -> NDArray[np.float32]:
    """The input of a frame tier for each code [codes]: from -2 to about 2, silence 0."""
    table: NDArray[np.float32] = 2 * _linear(codes)
    table.flags.writeable = False
    return table


@cache
def _linear(codes: int) -> NDArray[np.float32]:
    """The smallest sample of each code [codes]."""
    middle = codes // 2
    return ((np.arange(codes) - middle) / middle).astype(np.float32)
