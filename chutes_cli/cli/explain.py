"""`chutes-prod explain` and `chutes-prod checks`."""


def explain() -> None:
    """Explain a check."""


def checks() -> None:
    """List checks."""
