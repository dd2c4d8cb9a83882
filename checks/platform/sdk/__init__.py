"""Names, attributes and internals of the SDK itself."""
