"""What `@chute.cord(...)` and the function below it may look like."""
