"""`chutes-prod new`."""


def new() -> None:
    """Generate a project."""
