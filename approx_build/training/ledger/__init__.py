"""The ledger: every training run of a project, its settings, losses, time and cost."""
