"""Settings that are not what they seem to be."""
