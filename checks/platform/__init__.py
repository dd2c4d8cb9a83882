"""What the SDK or the platform refuses, or ignores without a word."""
