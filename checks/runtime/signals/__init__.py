"""Signals: how an instance is told to stop."""
