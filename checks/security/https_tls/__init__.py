"""Checklist item https-tls: talking to others in the open, or to whoever answers."""
