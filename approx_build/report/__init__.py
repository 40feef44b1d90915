"""The pages and pictures of a rendered piece."""
