"""Values that are kept to save work, and the work that is done again all the same."""
