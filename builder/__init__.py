"""Stages 1 and 3 of MicroVQA++-style data, and the run that strings all stages together."""
