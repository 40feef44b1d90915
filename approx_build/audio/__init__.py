"""Sound as arrays: clips, random streams, portable functions, spectra, mixing, files."""
