"""The commands: each parses its options, calls the application and prints the result."""
