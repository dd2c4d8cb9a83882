"""What the SDK and the platform accept: generated from the real SDK, tested against it."""
