"""`store`: the store of a project, and its commands, a module each."""
