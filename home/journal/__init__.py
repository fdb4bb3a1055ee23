"""The journal: who recorded what, when, as far as its reader may know it."""

from home.journal.filtering import JournalForm
from home.journal.lines import Line, Part, journal

__all__ = ["JournalForm", "Line", "Part", "journal"]
