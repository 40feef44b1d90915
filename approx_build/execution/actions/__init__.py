"""What each kind of action does: one file a kind, and their registry."""
