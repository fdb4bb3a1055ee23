"""All that is in force, packed with its index: made by a job, fetched later."""
