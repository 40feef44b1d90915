"""The portable inference library: C kernels, their NumPy oracle, and the choice between them."""
