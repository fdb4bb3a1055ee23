"""The PDF page: what every printed document of the office has in common.

`text` turns what people wrote into markup, `narrative` their HTML into flowables, `table` draws
what stands in rows, `page` lays all of it out on A4 with head, foot, outline and mark.
"""

from qms.records.pdf.grid import Grid, Line
from qms.records.pdf.head import Head
from qms.records.pdf.narrative import narrative
from qms.records.pdf.page import CONTENTS, NEW_PAGE, Furniture, Part, Stamp, build
from qms.records.pdf.tables import Cell, Column, Row, Span, table
from qms.records.pdf.text import (
    WIDTH,
    Heading,
    bold,
    cell,
    heading,
    italic,
    item,
    lead,
    markup,
    paragraph,
)

__all__ = [
    "CONTENTS",
    "NEW_PAGE",
    "WIDTH",
    "Cell",
    "Column",
    "Furniture",
    "Grid",
    "Head",
    "Heading",
    "Line",
    "Part",
    "Row",
    "Span",
    "Stamp",
    "bold",
    "build",
    "cell",
    "heading",
    "italic",
    "item",
    "lead",
    "markup",
    "narrative",
    "paragraph",
    "table",
]
