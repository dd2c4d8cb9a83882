"""Renderers: a report or a result in, a string out. One module per format."""
