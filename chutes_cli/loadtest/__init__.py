"""`loadtest`: plan, run, result, verdict."""
