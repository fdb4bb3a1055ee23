"""Prose of a section as the HTML that a procedure keeps: paragraphs, lists, tables."""

from collections.abc import Iterable
from html import escape

from procedures.docx_import.blocks import Paragraph
from procedures.docx_import.tables import Grid


def html_of(items: Iterable[Paragraph | Grid]) -> str:
    """Return the items as HTML, all of them marked as used."""
    pieces: list[str] = []
    listed: list[str] = []
    for item in items:
        if isinstance(item, Paragraph) and item.label == "-":
            listed.append(f"<li>{escape(item.take())}</li>")
            continue
        if listed:
            pieces.append(f"<ul>{''.join(listed)}</ul>")
            listed = []
        if isinstance(item, Grid):
            pieces.append(_table(item))
        elif item.text:
            label = f"{item.label} " if item.label else ""
            pieces.append(f"<p>{escape(label + item.take())}</p>")
    if listed:
        pieces.append(f"<ul>{''.join(listed)}</ul>")
    return "".join(pieces)


def _table(grid: Grid) -> str:
    rows = []
    for row in grid.rows:
        cells = [f"<td>{escape(cell.take())}</td>" for cell in row]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><tbody>{''.join(rows)}</tbody></table>"
