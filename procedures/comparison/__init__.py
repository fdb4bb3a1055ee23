"""How two editions of a procedure differ, in words of the content.

Page, PDF, history, summary and table of revisions all speak of `Change`. Nothing here knows a
database, and nothing here is markup: what is shown is escaped by whoever shows it.
"""

from procedures.comparison.change import Change, Kind
from procedures.comparison.engine import Section, by_section, changes, section_title, untouched
from procedures.comparison.summary import locations, proposed_summary, sentence, substantial
from procedures.comparison.texts import Part, Passage, Segment, passages, same, segments
from procedures.comparison.wording import TIME_WORDS, limit_text, time_text

__all__ = [
    "TIME_WORDS",
    "Change",
    "Kind",
    "Part",
    "Passage",
    "Section",
    "Segment",
    "by_section",
    "changes",
    "limit_text",
    "locations",
    "passages",
    "proposed_summary",
    "same",
    "section_title",
    "segments",
    "sentence",
    "substantial",
    "time_text",
    "untouched",
]
