"""Kernels in C for networks, transforms and resampling, and their rules in NumPy."""
