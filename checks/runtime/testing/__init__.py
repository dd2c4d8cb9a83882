"""What the tests of an audited tree are worth."""
