"""The report on a build: one self-contained HTML page from its ledger."""
