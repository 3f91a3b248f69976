"""Tables of others as a release of ours, and back: the official demo's form, and MicroVQA's."""
