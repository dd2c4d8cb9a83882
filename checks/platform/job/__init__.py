"""What `@chute.job(...)` is given and the function below it."""
