"""What the entry point of the family leads to: the class, registered."""

from approx_build.families.base import FAMILIES
from tests.families.duel.family import Duel

FAMILIES.register(Duel)
