"""Ways of making a take from sound, one file each, registered by name."""
