"""Formats of the audit report, one module each."""
