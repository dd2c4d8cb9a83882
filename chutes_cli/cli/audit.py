"""`chutes-prod audit`."""


def audit() -> None:
    """Audit a project."""
