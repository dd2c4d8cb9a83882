"""Checks on images: the constructor, its methods, and what the built image holds."""
