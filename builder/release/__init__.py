"""What a build publishes: ledger, splits, tables of questions, and the card."""
