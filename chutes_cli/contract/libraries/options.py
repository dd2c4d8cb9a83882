"""Parsers of command lines, which end the process where a line is wrong.

Source: The Python Standard Library 3.11, argparse ("Exiting methods", ``exit_on_error``).
"""

from __future__ import annotations

PARSERS = frozenset({"argparse.ArgumentParser"})
PARSES = frozenset({"parse_args", "parse_known_args", "parse_intermixed_args"})
STAYS = "exit_on_error"
"""Argument of a parser that, set to false, makes most errors exceptions."""
ON_ERROR = "error"
"""Method of a parser that ends the process unless a subclass raises in it."""
