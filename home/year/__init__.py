"""Hồ sơ ISO năm: what inspectors ask first, a row for each kind of paper."""

from home.year.facts import Fact, facts_of
from home.year.lines import Line, Row, YearFile
from home.year.reading import year_file

__all__ = ["Fact", "Line", "Row", "YearFile", "facts_of", "year_file"]
