"""Code that imports fine and breaks in production."""
