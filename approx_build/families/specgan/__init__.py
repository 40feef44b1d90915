"""SpecGAN (Donahue and others, 2018): one-shots made as spectrograms of points in a cube."""
