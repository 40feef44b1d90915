"""Kernels: C primitives of networks, programs, transforms, resampling, and their rules in NumPy."""
