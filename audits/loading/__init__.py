"""The facts of `fixtures/` about audits, brought in through the verbs."""
