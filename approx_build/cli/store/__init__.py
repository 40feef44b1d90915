"""`store`: check and repair the store, print its sizes, remove what no project needs."""
