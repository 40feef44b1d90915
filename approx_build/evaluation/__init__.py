"""Evaluation: how generated takes compare with the corpus they were learned from."""
