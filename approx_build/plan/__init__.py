"""Movements lowered to a graph of actions, their keys, and why they run."""
