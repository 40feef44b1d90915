"""What each kind of action does: one file a kind, and the table in `approx_build.build.actions`."""
