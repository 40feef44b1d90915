"""Musical time: how moments and lengths are written, the tempo map, and paces that follow it."""
