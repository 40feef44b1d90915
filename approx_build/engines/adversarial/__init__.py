"""Adversarial learning: losses of a generator and a critic of its sounds."""
