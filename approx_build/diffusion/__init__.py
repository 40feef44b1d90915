"""Sound from noise: noise levels, samplers, and what can be done with a network that knows v."""
