"""What a Word document shows, in order: paragraphs, and tables with their merged cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from qms.foundation.text import clean_lines

_TO_A_PAGE = re.compile(r"(?:\t|[.…_]{3,})\s*[0-9]{1,3}\s*$")
_BULLET = re.compile(r"^[-–—+•●▪■◦*·❖➢✓]\s+(?=\S)|^[-–—+•]\s*(?=[^\W\d])")


@dataclass(eq=False)
class Paragraph:
    """`label` is the number or bullet before it, `is_used` whether the text went somewhere."""

    text: str
    label: str = ""
    style: str = ""
    is_bold: bool = False
    is_centred: bool = False
    points_to_page: bool = False  # a line of a table of contents
    mark: str = ""  # a bullet that was typed, no list of Word's
    is_used: bool = False

    @property
    def shown(self) -> str:
        """Return the text, or the number Word prints where there is nothing else."""
        return self.text or self.label.strip("-")

    def take(self) -> str:
        self.is_used = True
        return self.text


@dataclass(eq=False)
class Cell:
    """A cell at grid columns `[col, col + span)`; `goes_on` with the one above."""

    col: int
    span: int
    goes_on: bool
    blocks: "list[Block]" = field(default_factory=list)

    def paragraphs(self) -> Iterator[Paragraph]:
        return paragraphs_of(self.blocks)

    @property
    def text(self) -> str:
        lines = self.lines
        if len(lines) == 1:
            return lines[0].shown
        return "\n".join(p.mark + p.shown for p in lines)

    @property
    def lines(self) -> list[Paragraph]:
        return [p for p in self.paragraphs() if p.shown]

    def take(self) -> str:
        for paragraph in self.paragraphs():
            paragraph.take()
        return self.text


Row = list[Cell]


@dataclass(eq=False)
class Table:
    rows: list[Row]


Block = Paragraph | Table


@dataclass
class Story:
    """The document: its body, and what every page carries above and below."""

    body: list[Block]
    headers: list[list[Block]]
    footers: list[list[Block]]
    hidden: list[str]


def story_of(raw: dict[str, Any]) -> Story:
    """Return the story that the child process tells."""
    return Story(
        body=_blocks(raw["body"]),
        headers=[_blocks(part["blocks"]) for part in raw["headers"]],
        footers=[_blocks(part["blocks"]) for part in raw["footers"]],
        hidden=[clean_lines(text) for text in raw["hidden"]],
    )


def paragraphs_of(blocks: list[Block]) -> Iterator[Paragraph]:
    """Yield every paragraph in order, those in tables too."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                for cell in row:
                    yield from cell.paragraphs()


def _blocks(raw: list[dict[str, Any]]) -> list[Block]:
    blocks: list[Block] = []
    for block in raw:
        if "rows" in block:
            rows = [[_cell(cell) for cell in row] for row in block["rows"]]
            blocks.append(Table([row for row in rows if row]))
        else:
            blocks += _paragraphs(block)
    return blocks


def _cell(raw: dict[str, Any]) -> Cell:
    # What Word keeps in a cell that goes on with the one above is never shown.
    blocks = [] if raw["cont"] else _blocks(raw["blocks"])
    return Cell(raw["col"], raw["span"], raw["cont"], blocks)


def _paragraphs(raw: dict[str, Any]) -> Iterator[Paragraph]:
    """Yield a paragraph per printed line: typed line breaks part items as paragraphs do."""
    lines = [line for line in raw["text"].split("\n") if line.strip()] or [""]
    for place, line in enumerate(lines):
        text, label, mark = clean_lines(line), raw["label"] if place == 0 else "", ""
        bullet = _BULLET.match(text)
        if bullet and not label:
            text, label, mark = text[bullet.end() :], "-", bullet[0]
        yield Paragraph(
            text=text,
            label=label,
            mark=mark,
            style=raw["style"].lower(),
            is_bold=raw["bold"],
            is_centred=raw["center"],
            points_to_page=bool(_TO_A_PAGE.search(line)) or raw["style"].lower().startswith("toc "),
        )
