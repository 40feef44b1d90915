"""Diffusion: noise levels, samplers, and uses of a network that predicts v."""
