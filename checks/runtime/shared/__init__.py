"""What cord calls share, although each has a thread and an event loop of its own."""
