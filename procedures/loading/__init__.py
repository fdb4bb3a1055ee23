"""Load an office from `fixtures/`: facts through the real verbs, once, never over an edit."""
