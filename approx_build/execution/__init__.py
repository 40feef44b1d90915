"""The builder: schedules a graph of actions, runs them, and detects that nothing has to be done."""
