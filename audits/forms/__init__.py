"""Input of audits and nonconformities."""
