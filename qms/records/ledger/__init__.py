"""The chain that makes tampering evident: one entry for each row that was ever recorded."""
