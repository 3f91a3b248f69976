"""Training of the bundled phantom-tiny encoders on synthetic figures."""
