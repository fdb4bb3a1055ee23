"""What the printed records of document control say."""
