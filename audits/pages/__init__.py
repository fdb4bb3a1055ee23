"""Pages that several deeds answer with."""
