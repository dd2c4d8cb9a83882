"""chutes-prod: takes a chute from an empty folder to provably production-ready."""

__version__ = "0.1.0"
