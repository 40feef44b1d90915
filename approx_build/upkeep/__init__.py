"""Upkeep: what of a store the projects that use it need, what is damaged, and what may go."""
