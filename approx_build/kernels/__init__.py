"""Kernels: C primitives that networks share, the runner of programs, and their rule in NumPy."""
