"""Duel: a linear generator against a linear critic, the smallest family of two players.

Importing it registers nothing: `registered` does, for processes that find it by its entry point.
"""
