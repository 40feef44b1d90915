"""Evaluation: compares generated takes with the corpus of their network."""
