"""Backups that prove themselves: database, files, head of the ledger, and a hash of each."""
