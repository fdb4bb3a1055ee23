"""The minutes of calling copies back or destroying them (BM-01-05, BM-01-06), as NĐ 30/2020 has it.

The columns are what such minutes usually have (unverified); the office may rename them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from procedures.models import DocumentSettings, PrintedCopy, RecallRecord
from qms.foundation.dates import format_date
from qms.organisation.models import AgencyProfile
from qms.records.paper import (
    Block,
    Column,
    Grid,
    Heading,
    Labelled,
    Paper,
    Signer,
    Signers,
    Text,
    place_and_date,
)

_KEY = "recall"
COLUMNS = (
    ("no", "TT", 14, True),
    ("document", "Tên, mã hiệu tài liệu", 58, False),
    ("edition", "Lần ban hành/ sửa đổi", 24, True),
    ("copy", "Bản số", 16, True),
    ("holder", "Người, đơn vị giữ", 42, False),
    ("handed", "Ngày giao", 26, True),
)  # key, label, share of the width, whether it is centred
_WHAT = {
    RecallRecord.Kind.RETURNED: "Về việc thu hồi bản kiểm soát của tài liệu",
    RecallRecord.Kind.DESTROYED: "Về việc hủy bản kiểm soát của tài liệu",
    RecallRecord.Kind.LOST: "Về việc mất, thất lạc bản kiểm soát của tài liệu",
}
_DEED = {
    RecallRecord.Kind.RETURNED: "đã thu hồi",
    RecallRecord.Kind.DESTROYED: "đã hủy",
    RecallRecord.Kind.LOST: "đã ghi nhận mất, thất lạc",
}


@dataclass(frozen=True)
class RecallFacts:
    """What the minutes tell; each copy is read with its version, procedure and unit."""

    record: RecallRecord
    copies: Sequence[PrintedCopy]
    profile: AgencyProfile | None
    settings: DocumentSettings


def recall_paper(facts: RecallFacts) -> Paper:
    """Return the minutes, with room to sign for who did it and who was a witness."""
    record, profile = facts.record, facts.profile
    code, title = facts.settings.paper(_KEY)
    kind = RecallRecord.Kind(record.kind)
    signers = [Signer("Người thực hiện", name=record.performed_by)]
    if record.witnessed_by:
        signers.insert(0, Signer("Người chứng kiến", name=record.witnessed_by))
    blocks: list[Block] = [
        Text(
            f"Ngày {format_date(record.done_on)}, {_DEED[kind]} {len(facts.copies):02d} bản kiểm "
            "soát ghi tại mục II."
        ),
        Heading("I. Người thực hiện, lý do"),
        Labelled("Người thực hiện", record.performed_by),
        *([Labelled("Người chứng kiến", record.witnessed_by)] if record.witnessed_by else []),
        Labelled("Lý do", record.reason),
        *([Labelled("Cách thực hiện", record.way)] if record.way else []),
        Heading("II. Các bản kiểm soát"),
        _grid(facts),
        Text("Biên bản được những người ký tên dưới đây thống nhất./."),
        Signers(tuple(signers)),
    ]
    return Paper(
        "administrative",
        title,
        tuple(blocks),
        code=code,
        subtitle=_WHAT[kind],
        number=record.number,
        place_and_date=place_and_date(profile.place if profile else "", record.done_on),
        issuer_parent=profile.parent_name if profile else "",
        issuer=profile.display_name if profile else record.agency.name,
        recipients=("Lưu: VT, hồ sơ kiểm soát tài liệu.",),
    )


def _grid(facts: RecallFacts) -> Grid:
    columns = tuple(
        Column(facts.settings.label(_KEY, key, label), share, "center" if is_centered else "left")
        for key, label, share, is_centered in COLUMNS
    )
    rows = tuple(
        (
            str(number),
            f"{copy.version.procedure.code} {copy.version.title}",
            copy.version.number_slug.replace("-", "/"),
            f"{copy.number:02d}",
            copy.held_by,
            format_date(copy.handed_on),
        )
        for number, copy in enumerate(facts.copies, start=1)
    )
    return Grid(columns, rows)
