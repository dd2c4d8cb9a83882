"""What goes wrong between a stream and its reader."""
