"""Filling the report: records and objects of a build become the plain data that pages draw."""
