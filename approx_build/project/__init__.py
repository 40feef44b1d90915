"""The application: every verb of approx-build as a function that returns data."""
