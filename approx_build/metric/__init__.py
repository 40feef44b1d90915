"""Musical time: moments, lengths, the tempo map, and paces that follow it."""
