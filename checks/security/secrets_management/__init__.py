"""Checklist item secrets-management: keys and passwords that stand in the code."""
