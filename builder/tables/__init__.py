"""The tables of a build, and rules about one row of them: licences, microscopy, near-duplicates."""
