"""The store: objects by digest, records of what made them, and the lock of a piece."""
