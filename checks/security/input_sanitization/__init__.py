"""Checklist item input-sanitization: what callers may send, and what it may do."""
