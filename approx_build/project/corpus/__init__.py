"""Corpora: adding, listing, inspecting, preparing and withdrawing recordings."""
