"""What papers of audits print: gathered from the records by a bounded number of queries."""
