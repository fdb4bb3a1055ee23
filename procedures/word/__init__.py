"""The Word document of a version: the story of its PDF, in styles, lists and tables of Word."""

from procedures.word.document import version_docx

__all__ = ["version_docx"]
