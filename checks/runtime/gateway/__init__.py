"""What the gateway lets through to a chute, and back."""
