"""What each kind of action does: one file a kind; the table is in `execution.actions.registry`."""
