"""Diffusion: noise levels, samplers, and what can be done with a network that predicts v."""
