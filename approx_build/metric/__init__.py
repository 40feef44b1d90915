"""Musical time: the grammar of moments and lengths, the tempo map, and paces that follow it."""
