"""What builds and encoders cost, beside bare loops that do the least."""
