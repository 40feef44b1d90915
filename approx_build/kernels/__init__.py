"""Inference with the same bits everywhere: C kernels, and the NumPy reference that states them."""
