"""What the printed records of audits say; qms.records.paper lays them out."""
