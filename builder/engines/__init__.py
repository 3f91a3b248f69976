"""Ways to run jobs: on this machine, or on a Ray cluster."""
