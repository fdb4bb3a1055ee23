"""The PDF of a version: what is printed, and its pages."""

from procedures.pdf.printed import (
    Mark,
    PrintedColumn,
    PrintedRevision,
    PrintedSign,
    PrintedVersion,
)
from procedures.pdf.story import furniture, version_pdf, version_story

__all__ = [
    "Mark",
    "PrintedColumn",
    "PrintedRevision",
    "PrintedSign",
    "PrintedVersion",
    "furniture",
    "version_pdf",
    "version_story",
]
