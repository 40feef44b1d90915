"""Autoregressive generation: one sample after another, from what came before."""
