"""A printed record: what it says, told once, and the two printers that put it on paper.

`blocks` are what it says, as plain text and without a word about fonts; `layout` decides what both
printers do alike; `to_pdf` and `to_docx` print it, the same bytes each time.
"""

from qms.records.paper.blocks import (
    Block,
    Bullets,
    Column,
    Grid,
    Heading,
    Labelled,
    PageBreak,
    Paper,
    Picture,
    Signer,
    Signers,
    Space,
    Text,
    place_and_date,
)
from qms.records.paper.pdf import to_pdf
from qms.records.paper.word import to_docx

__all__ = [
    "Block",
    "Bullets",
    "Column",
    "Grid",
    "Heading",
    "Labelled",
    "PageBreak",
    "Paper",
    "Picture",
    "Signer",
    "Signers",
    "Space",
    "Text",
    "place_and_date",
    "to_docx",
    "to_pdf",
]
