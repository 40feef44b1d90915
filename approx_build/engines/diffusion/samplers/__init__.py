"""Samplers: ways to solve the equation that leads from noise to sound."""
