"""Checks of start-up and shutdown hooks."""
