"""The drafting page: what is typed on it, and the typed document that comes of it."""
