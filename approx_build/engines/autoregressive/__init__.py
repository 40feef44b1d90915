"""Autoregressive generation: one sample after another, each from the samples before it."""
