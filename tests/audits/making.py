"""Plain functions that make records of audits by the real verbs; keywords override."""
