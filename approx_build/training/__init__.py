"""Training of networks: loop, optimisers, checkpoints."""
