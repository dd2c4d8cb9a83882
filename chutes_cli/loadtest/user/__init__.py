"""What runs inside the Locust process; nothing else in the house imports locust."""
