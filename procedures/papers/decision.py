"""A decision, its annex, and what mends it, as Nghị định 30/2020/NĐ-CP wants them printed."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qms.foundation.dates import format_date
from qms.records.models import Signature
from qms.records.paper import (
    Block,
    Column,
    Grid,
    Labelled,
    PageBreak,
    Paper,
    Signer,
    Signers,
    Text,
    place_and_date,
)
from qms.records.paper.blocks import RowKind

ILLUSTRATIVE = "Bản minh họa, lập để giới thiệu hệ thống, không phải văn bản có thật."
_NO_DAY = "ngày … tháng … năm …"
_NO_NUMBER = "……"
_FULL_STOP = "./."


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who issues: names, place, the position of who signs for the agency (may be empty)."""

    parent: str
    issuer: str
    place: str
    chief: str
    standard: str
    name: str  # of the issuer in running text

    @property
    def authority(self) -> str:
        """Return who decides: `TRƯỞNG PHÒNG GIÁO DỤC VÀ ĐÀO TẠO`; another body by its name."""
        position, name = self.chief.split(), self.issuer.split()
        if position and name and position[-1].casefold() == name[0].casefold():
            name = name[1:]
        return " ".join([*position, *name]).upper()


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """One item of the decision; `begins` is set where it takes effect on a day of its own."""

    code: str
    title: str
    number: str
    tthc: tuple[str, ...]
    replaces: str
    begins: dt.date | None
    is_abolished: bool = False


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed, in what capacity; `note` is how, where no room for ink is left."""

    name: str
    position: str
    capacity: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """All that is printed of a decision."""

    head: Letterhead
    subject: str
    number: str
    signed_on: dt.date | None
    effective_on: dt.date | None
    grounds: tuple[str, ...]
    recipients: tuple[str, ...]
    transition: tuple[str, ...]
    rows: tuple[AnnexRow, ...]
    what: str  # `quy trình`, or `tài liệu` where some are no procedures
    signed: Signed | None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CorrectionFacts:
    """All that is printed of a đính chính; `changes` are (what, as it was, as it is right)."""

    head: Letterhead
    number: str
    signed_on: dt.date
    decision: str
    reason: tuple[str, ...]
    changes: tuple[tuple[str, str, str], ...]
    recipients: tuple[str, ...]
    signed: Signed | None
    marks: tuple[str, ...] = ()


def decision_paper(facts: DecisionFacts) -> Paper:
    """Return the quyết định with its annex; dots stand for what is not known yet."""
    blocks: list[Block] = [
        *(Text(mark, bold=True, align="center") for mark in facts.marks),
        Text(facts.head.authority, bold=True, align="center"),
        *(Text(ground, italic=True) for ground in facts.grounds),
        Text("QUYẾT ĐỊNH:", bold=True, align="center"),
        *_articles(facts),
        Signers((_signer(facts.head, facts.signed),)),
        PageBreak(),
        *_annex(facts),
    ]
    return Paper(
        "administrative",
        "Quyết định",
        tuple(blocks),
        subtitle=_about(facts.subject),
        number=facts.number,
        place_and_date=place_and_date(facts.head.place, facts.signed_on),
        issuer_parent=facts.head.parent,
        issuer=facts.head.issuer,
        recipients=facts.recipients,
    )


def correction_paper(facts: CorrectionFacts) -> Paper:
    """Return the đính chính of a decision."""
    grid = Grid(
        (Column("Nội dung", 40), Column("Đã ghi", 60), Column("Đính chính thành", 60)),
        facts.changes,
    )
    blocks: list[Block] = [
        *(Text(mark, bold=True, align="center") for mark in facts.marks),
        *(Text(line) for line in facts.reason),
        Text(f"{facts.head.name} đính chính {facts.decision} như sau:"),
        grid,
        Text(f"Các nội dung khác của Quyết định giữ nguyên{_FULL_STOP}"),
        Signers((_signer(facts.head, facts.signed),)),
    ]
    return Paper(
        "administrative",
        "Đính chính",
        tuple(blocks),
        subtitle=facts.decision,
        number=facts.number,
        place_and_date=place_and_date(facts.head.place, facts.signed_on),
        issuer_parent=facts.head.parent,
        issuer=facts.head.issuer,
        recipients=facts.recipients,
    )


def _about(subject: str) -> str:
    text = subject.strip()
    if text.casefold().startswith("về việc"):
        return text
    return f"Về việc {text[:1].lower()}{text[1:]}"


# --- the articles ---


def _articles(facts: DecisionFacts) -> Iterator[Block]:
    issued = sum(not row.is_abolished for row in facts.rows)
    abolished = len(facts.rows) - issued
    system = f"thuộc Hệ thống quản lý chất lượng theo {facts.head.standard}"
    deeds = []
    if issued:
        deeds.append(
            f"Ban hành kèm theo Quyết định này {issued:02d} {facts.what} {system} "
            "(danh mục tại Phụ lục)."
        )
    if abolished:
        deeds.append(f"Bãi bỏ {abolished:02d} {facts.what} {system} (danh mục tại Phụ lục).")
    if len(deeds) == 1:
        yield Labelled("Điều 1.", deeds[0])
    else:
        yield Labelled("Điều 1.", f"Ban hành, bãi bỏ {facts.what}:")
        yield from (Text(f"{at}. {deed}") for at, deed in enumerate(deeds, 1))
    yield Labelled("Điều 2.", " ".join(_effect(facts)))
    yield from (Text(line) for line in facts.transition)
    yield Labelled(
        "Điều 3.",
        "Thư ký ISO, các bộ phận, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định "
        f"này{_FULL_STOP}",
    )


def _effect(facts: DecisionFacts) -> Iterator[str]:
    if facts.effective_on is None:
        yield f"Quyết định này có hiệu lực kể từ {_NO_DAY}."
    elif facts.effective_on == facts.signed_on:
        yield "Quyết định này có hiệu lực kể từ ngày ký."
    else:
        yield f"Quyết định này có hiệu lực kể từ ngày {format_date(facts.effective_on)}."
    for row in facts.rows:
        if row.begins is not None:
            deed = "bị bãi bỏ" if row.is_abolished else "có hiệu lực"
            yield f"Riêng {row.code} {deed} kể từ ngày {format_date(row.begins)}."
    if any(row.replaces and not row.is_abolished for row in facts.rows):
        yield (
            f"Các lần ban hành, sửa đổi trước của {facts.what} nêu tại Phụ lục hết hiệu lực kể từ "
            "ngày bản thay thế có hiệu lực."
        )


def _signer(head: Letterhead, signed: Signed | None) -> Signer:
    """Return the signature: `KT. TRƯỞNG PHÒNG` above `PHÓ TRƯỞNG PHÒNG`, and room for ink."""
    chief = head.chief or "Thủ trưởng cơ quan"
    if signed is None:
        return Signer(chief)
    own = signed.position or chief
    if not signed.capacity:
        return Signer(own, name=signed.name, note=signed.note)
    if signed.capacity == Signature.Capacity.Q:
        return Signer(chief, capacity=signed.capacity, name=signed.name, note=signed.note)
    whose = head.issuer if signed.capacity == Signature.Capacity.TM else chief
    return Signer(whose, capacity=signed.capacity, name=signed.name, position=own, note=signed.note)


# --- the annex ---


def _annex(facts: DecisionFacts) -> Iterator[Block]:
    number = facts.number or _NO_NUMBER
    day = f"ngày {format_date(facts.signed_on)}" if facts.signed_on else _NO_DAY
    yield Text("PHỤ LỤC", bold=True, align="center")
    yield Text(f"DANH MỤC {facts.what.upper()}", bold=True, align="center")
    yield Text(
        f"(Kèm theo Quyết định số {number} {day} của {facts.head.name})",
        italic=True,
        align="center",
    )
    yield _grid(facts.rows)


def _grid(rows: Sequence[AnnexRow]) -> Grid:
    columns = (
        Column("STT", 13, "center"),
        Column("Mã hiệu", 32),
        Column("Tên", 52),
        Column("Lần ban hành/ sửa đổi", 22, "center"),
        Column("TTHC", 23),
        Column("Thay thế bản", 28),
    )
    cells: list[tuple[str, ...]] = []
    kinds: list[RowKind] = []
    groups = (("Ban hành", False), ("Bãi bỏ", True))
    both = {row.is_abolished for row in rows} == {True, False}
    for title, is_abolished in groups:
        members = [row for row in rows if row.is_abolished == is_abolished]
        if members and (both or is_abolished):
            cells.append((title,))
            kinds.append("group")
        for at, row in enumerate(members, 1):
            replaces = row.replaces or ("" if row.is_abolished else "Ban hành lần đầu")
            tthc = "\n".join(row.tthc)
            cells.append((str(at), row.code, row.title, row.number, tthc, replaces))
            kinds.append("row")
    return Grid(columns, tuple(cells), kinds=tuple(kinds))
