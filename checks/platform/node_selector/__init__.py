"""What `NodeSelector(...)` asks for."""
