"""The only reader of an audited tree: LibCST to facts to the Project. Never imports it."""
