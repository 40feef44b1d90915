"""Adversarial learning: a generator learns against a critic, which hears more than a loss says."""
