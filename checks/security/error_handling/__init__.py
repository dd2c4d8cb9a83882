"""Checklist item error-handling: what a failure tells the caller."""
