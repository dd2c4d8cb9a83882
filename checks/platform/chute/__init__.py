"""What `Chute(...)` is given and what a chute is made of."""
