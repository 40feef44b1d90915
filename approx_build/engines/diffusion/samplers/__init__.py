"""Samplers: methods to solve the differential equation from noise to sound."""
