"""RAVE (Caillon and Esling, 2021): an autoencoder of sound with a few numbers each latent."""
