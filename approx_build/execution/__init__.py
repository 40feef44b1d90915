"""The builder: schedules a graph of actions, runs them, and knows when there is nothing to do."""
