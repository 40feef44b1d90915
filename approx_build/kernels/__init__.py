"""Kernels: C primitives of networks, programs, Fourier transforms, resampling, and their rules in NumPy."""
