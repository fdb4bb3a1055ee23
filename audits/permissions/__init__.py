"""Who may do what about audits and nonconformities, one predicate a capability."""
