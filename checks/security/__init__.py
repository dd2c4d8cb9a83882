"""The security items of the checklist, with their checks."""
