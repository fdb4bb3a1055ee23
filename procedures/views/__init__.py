"""What each address does: find, ask, bind, do, answer."""
