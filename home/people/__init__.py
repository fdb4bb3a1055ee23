"""People who leave: what is open in their name, and the day from which they are gone."""

from home.people.open_work import OpenWork, open_work

__all__ = ["OpenWork", "open_work"]
