"""Deeds that change several records of audits together."""
