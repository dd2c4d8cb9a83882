"""Formats of the load-test result, one module each."""
