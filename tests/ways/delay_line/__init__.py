"""A package of others: a way of making takes, and a family that supports it."""
