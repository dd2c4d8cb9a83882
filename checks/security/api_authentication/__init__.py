"""Checklist item api-authentication: who calls, and whether that is made sure of."""
