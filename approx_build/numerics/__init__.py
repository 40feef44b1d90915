"""Portable arithmetic: functions, random streams and medians with the same bits everywhere."""
