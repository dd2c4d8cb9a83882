"""`new`: template and answers to a rendered tree to a written project."""
