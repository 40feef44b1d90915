"""Corpora: recordings under consent, and the training windows made from them."""
