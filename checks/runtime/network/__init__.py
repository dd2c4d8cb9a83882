"""What code that serves requests asks of the network."""
