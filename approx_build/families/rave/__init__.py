"""RAVE (Caillon and Esling, 2021): an autoencoder of sound with a few numbers for each latent."""

from approx_build.families.rave.family import RAVE

__all__ = ["RAVE"]
