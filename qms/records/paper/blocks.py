"""What a printed record says, in plain text: what looks like markup is printed to the letter."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "center", "right"]
RowKind = Literal["row", "group"]
_MOST_SIGNERS = 3


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` is 1, 2 or 3."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """Running text. Lines stay lines, in an administrative document each is a paragraph.

    There `left` is justified with its first line indented, as the decree wants the body to be.
    """

    text: str
    bold: bool = False
    italic: bool = False
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A line `label: value`, the colon is not typed; or `Điều 1.` and what it says."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without numbers."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, and its width as a share of the sum of all shares."""

    title: str
    width_share: float = 1
    align: Align = "left"

    def __post_init__(self) -> None:
        if self.width_share <= 0:
            raise ValueError("A column has a width.")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Its head stands on every page that it goes over.

    `header_rows` counts the titles of the columns and the first rows that belong to the head: 0
    is a table without titles, 2 one whose first row numbers the columns. `kinds` says of each row
    what it is, all are `row` if it is left out; a `group` is one text across all columns. A table
    of more than ten columns is set smaller. `nothing` is said where there is no row.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 1
    kinds: tuple[RowKind, ...] = ()
    nothing: str = "Không có."

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("A grid has columns.")
        if self.kinds and len(self.kinds) != len(self.rows):
            raise ValueError("A grid has a kind for each row, or none at all.")
        for row, kind in self.told():
            if len(row) != (1 if kind == "group" else len(self.columns)):
                raise ValueError("A row has a text for each column, a group has one.")

    def told(self) -> list[tuple[tuple[str, ...], RowKind]]:
        """Return each row with what it is."""
        plain: list[RowKind] = ["row"] * len(self.rows)
        return list(zip(self.rows, self.kinds or plain, strict=True))


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo or a drawing as the bytes of a JPEG, PNG or WEBP.

    It is drawn anew for print, so that nothing of the place and device of a photo gets into a
    paper; what cannot be read is said in its place.
    """

    data: bytes
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """One signature.

    On a form `label` is the column (*Phê duyệt*), `position` what the person is. On an
    administrative document `capacity` and `label` are its first line (*KT. TRƯỞNG PHÒNG*),
    `position` the second (*PHÓ TRƯỞNG PHÒNG*). `when` and `note` tell how it was signed; where both
    are empty, room is left for ink.
    """

    label: str
    capacity: str = ""
    name: str = ""
    position: str = ""
    when: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signers:
    """One to three signatures side by side; one alone stands on the right."""

    signers: tuple[Signer, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.signers) <= _MOST_SIGNERS:
            raise ValueError("One to three people sign side by side.")


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A new page begins here."""


@dataclass(frozen=True, slots=True)
class Space:
    """Some room, of a line's height."""


Block = Heading | Text | Labelled | Bullets | Grid | Picture | Signers | PageBreak | Space


@dataclass(frozen=True, slots=True)
class Paper:
    """A record to print.

    A `form` has the head of an ISO document on every page, with its code and the number of the
    page. An `administrative` document is laid out as Nghị định 30/2020/NĐ-CP, Phụ lục I, says:
    `title` is the kind of document and `subtitle` what it is about (without a title, a letter's
    *V/v …* below the number); its code is only told in the properties of the file. `recipients`
    stand beside the last signatures, if one signs there, or else below all.
    """

    kind: Literal["form", "administrative"]
    title: str
    blocks: tuple[Block, ...]
    code: str = ""
    subtitle: str = ""
    number: str = ""
    place_and_date: str = ""
    issuer_parent: str = ""
    issuer: str = ""
    landscape: bool = False
    footer_note: str = ""
    trace: str = ""
    recipients: tuple[str, ...] = ()

    @property
    def is_administrative(self) -> bool:
        return self.kind == "administrative"


def place_and_date(place: str, on: dt.date | None) -> str:
    """Return `Bắc Giang, ngày 05 tháng 3 năm 2022`, dots for what is not known yet.

    Days below 10 and the first two months have a zero before them (Nghị định 30/2020/NĐ-CP).
    """
    if on is None:
        return f"{place or '……'}, ngày … tháng … năm …"
    month = f"{on.month:02d}" if on.month < 3 else str(on.month)
    return f"{place or '……'}, ngày {on.day:02d} tháng {month} năm {on.year}"
