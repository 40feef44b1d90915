"""Formats: records as the bytes of documents, sessions, tempo maps and chunks of sound files."""
