"""Coverage on a day: which TTHC have an ISO procedure in force, which of them are up to date."""

from procedures.coverage.facts import Facts, TTHCFacts, VersionFacts
from procedures.coverage.figures import (
    LISTS,
    CoursePoint,
    Coverage,
    Group,
    Tally,
    count,
    course,
    coverage_on,
    decisions_between,
)
from procedures.coverage.reading import load_facts, profile_of
from procedures.coverage.rules import (
    EARLIEST,
    LATEST,
    Reason,
    Row,
    Standing,
    open_changes,
    row_on,
)

__all__ = [
    "EARLIEST",
    "LATEST",
    "LISTS",
    "CoursePoint",
    "Coverage",
    "Facts",
    "Group",
    "Reason",
    "Row",
    "Standing",
    "TTHCFacts",
    "Tally",
    "VersionFacts",
    "count",
    "course",
    "coverage_on",
    "decisions_between",
    "load_facts",
    "open_changes",
    "profile_of",
    "row_on",
]
