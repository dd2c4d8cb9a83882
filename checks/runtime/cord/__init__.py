"""What the body of a cord may not do, on a thread and an event loop of its own."""
