"""Reading input: normalise and validate; no workflow."""
