"""DDSP (Engel and others, 2020): an instrument that plays a pitch curve and a loudness curve."""

from approx_build.families.ddsp.family import DDSP

__all__ = ["DDSP"]
