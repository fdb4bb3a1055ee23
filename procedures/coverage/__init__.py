"""Coverage on a day: which TTHC have an ISO procedure in force, which of them are up to date."""

from procedures.coverage.declared import Scope, scope_on
from procedures.coverage.facts import Duty, Facts, Period, TTHCFacts, VersionFacts
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
    reasons_on,
    row_on,
    serving,
)

__all__ = [
    "EARLIEST",
    "LATEST",
    "LISTS",
    "CoursePoint",
    "Coverage",
    "Duty",
    "Facts",
    "Group",
    "Period",
    "Reason",
    "Row",
    "Scope",
    "Standing",
    "TTHCFacts",
    "Tally",
    "VersionFacts",
    "count",
    "course",
    "coverage_on",
    "decisions_between",
    "load_facts",
    "profile_of",
    "reasons_on",
    "row_on",
    "scope_on",
    "serving",
]
