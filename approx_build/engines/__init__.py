"""Engines: ways to generate sound that several families of networks share."""
