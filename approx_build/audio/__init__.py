"""Sound as arrays: clips, curves, spectra, mixing, dither, limiter, and sound files."""
