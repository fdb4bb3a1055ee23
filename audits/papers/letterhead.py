"""What all papers of an agency share: its names, their codes and titles, marks, signatures."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qms.foundation.dates import format_date
from qms.records.models import Signature
from qms.records.paper import Block, Bullets, Heading, Paper, Picture, Signer, Text, place_and_date
from qms.records.signatures import manner

DOTS = "……………"
ILLUSTRATIVE = "Bản minh họa, lập để giới thiệu hệ thống, không phải văn bản có thật."
DRAFT = "DỰ THẢO"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Names of the agency; `titles` are code and title of each kind of paper, by the settings.

    `chief` is the position of who signs for the agency, empty where nobody holds one.
    """

    parent: str
    issuer: str
    place: str
    titles: Mapping[str, tuple[str, str]]
    causes: Mapping[str, str]
    chief: str = ""
    name: str = ""  # of the agency in running text

    @property
    def authority(self) -> str:
        """Return who issues a decision: `TRƯỞNG PHÒNG GIÁO DỤC VÀ ĐÀO TẠO`."""
        position, name = (self.chief or "Thủ trưởng").split(), self.issuer.split()
        if name and position[-1].casefold() == name[0].casefold():
            name = name[1:]
        return " ".join([*position, *name]).upper()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence; `picture` is the copy that may be shown, None of another file."""

    caption: str
    name: str
    on: dt.date
    by: str
    sha256: str
    picture: bytes | None


# --- the paper around what is told ---


def form(
    head: Letterhead,
    kind: str,
    blocks: Iterable[Block],
    *,
    subtitle: str = "",
    number: str = "",
    landscape: bool = False,
    marks: Sequence[str] = (),
) -> Paper:
    """Return a form with the code and title of its kind; `marks` stand above it, and in its foot.

    What was made up to show and what is no final text say so on every page.
    """
    code, title = head.titles[kind]
    return Paper(
        "form",
        title,
        (*_marked(marks), *blocks),
        code=code,
        subtitle=subtitle,
        number=number,
        issuer_parent=head.parent,
        issuer=head.issuer,
        landscape=landscape,
        footer_note=" – ".join([text for text in (code, number) if text] + list(marks)),
    )


def administrative(
    head: Letterhead,
    kind: str,
    blocks: Iterable[Block],
    *,
    subtitle: str,
    number: str = "",
    on: dt.date | None = None,
    recipients: tuple[str, ...] = (),
    marks: Sequence[str] = (),
) -> Paper:
    """Return a document as Nghị định 30/2020/NĐ-CP lays it out; no number, no day: dots."""
    code, title = head.titles[kind]
    return Paper(
        "administrative",
        title,
        (*_marked(marks), *blocks),
        code=code,
        subtitle=subtitle,
        number=number,
        place_and_date=place_and_date(head.place, on),
        issuer_parent=head.parent,
        issuer=head.issuer,
        recipients=recipients,
        footer_note=" – ".join(marks),
    )


def _marked(marks: Sequence[str]) -> list[Block]:
    return [Text(mark, bold=mark == DRAFT, italic=mark != DRAFT, align="center") for mark in marks]


def marks_of(*, is_illustrative: bool, is_draft: bool = False) -> tuple[str, ...]:
    """Return what a paper has to say about itself."""
    return (*([DRAFT] if is_draft else []), *([ILLUSTRATIVE] if is_illustrative else []))


# --- words ---


def or_dots(value: object) -> str:
    """Return the text, or dots to be filled in by hand."""
    return str(value or "").strip() or DOTS


def day_or_dots(day: dt.date | None) -> str:
    return format_date(day) or DOTS


def lines_of(*texts: str) -> str:
    """Return the texts that say something, one a line."""
    return "\n".join(text for text in texts if text)


def days_between(first: dt.date, last: dt.date) -> str:
    """Return `ngày 12/05/2022`, or `từ ngày 12/05/2022 đến ngày 13/05/2022`, both included."""
    if first == last:
        return f"ngày {format_date(first)}"
    return f"từ ngày {format_date(first)} đến ngày {format_date(last)}"


# --- signatures and evidence ---


def signer(
    label: str, signature: Signature | None = None, *, name: str = "", position: str = ""
) -> Signer:
    """Return who signed and how; without a signature room for ink, above the name that is known."""
    if signature is None:
        return Signer(label, name=name, position=position)
    return Signer(
        label,
        capacity=signature.capacity,
        name=signature.person_name,
        position=signature.position_name,
        note=manner(signature),
    )


def last_of(signatures: Iterable[Signature], act: str) -> Signature | None:
    """Return the last signature of the act."""
    return next((each for each in reversed(list(signatures)) if each.act == act), None)


def shown(pieces: Sequence[Piece], what: str = "Bằng chứng") -> list[Block]:
    """Return the evidence: files by their name and hash, then each picture with what it shows."""
    if not pieces:
        return []
    named = [f"{_told(piece)}; tệp {piece.name}, SHA-256 {piece.sha256}" for piece in pieces]
    files = [text for piece, text in zip(pieces, named, strict=True) if piece.picture is None]
    pictures = [
        Picture(piece.picture, _told(piece)) for piece in pieces if piece.picture is not None
    ]
    listed: list[Block] = [Bullets(tuple(files))] if files else []
    return [Heading(f"{what} kèm theo ({len(pieces):02d}):", 3), *listed, *pictures]


def _told(piece: Piece) -> str:
    caption = piece.caption or "Không có chú thích"
    return f"{caption} – ngày {format_date(piece.on)}, {piece.by}"
