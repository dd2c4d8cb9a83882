"""`chutes-prod loadtest`."""


def loadtest() -> None:
    """Drive load."""
