"""BM-01-03, the form by which a document is to be revised or abolished."""

import datetime as dt
from dataclasses import dataclass

from qms.foundation.dates import format_date
from qms.records.paper import Block, Column, Grid, Paper, Signer, Signers, place_and_date

_DOTS = "……………"


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A request as it is printed; what is not known yet is empty.

    `kind` and `verdict` are words; `version` is the edition it was read in, `answer` what it came
    to.
    """

    parent: str
    issuer: str
    place: str
    code: str
    title: str
    number: str
    requested_on: dt.date
    requester: str
    unit: str
    kind: str
    procedure: str
    version: str
    where: str
    current_text: str
    what: str
    why: str
    origin: str
    verdict: str
    verdict_reason: str
    answerer: str
    answered_on: dt.date | None
    answer: str


def change_request_paper(facts: RequestFacts) -> Paper:
    """Return the form; the leader's opinion is left for ink, for it is given on the decision."""
    rows = [
        ("Người đề nghị", facts.requester),
        ("Đơn vị", facts.unit or _DOTS),
        ("Loại đề nghị", facts.kind),
        ("Tài liệu", facts.procedure),
        ("Lần ban hành, sửa đổi hiện hành", facts.version or "chưa có"),
        ("Trang, mục", facts.where),
        ("Nội dung hiện tại", facts.current_text or "–"),
        ("Nội dung đề nghị", facts.what),
        ("Lý do, căn cứ", "\n".join(text for text in (facts.why, facts.origin) if text)),
        ("Ý kiến của thư ký ISO", _verdict(facts)),
        ("Kết quả", facts.answer or _DOTS),
        ("Ý kiến của lãnh đạo", "☐ Đồng ý   ☐ Không đồng ý".replace("☐", "[  ]")),
        ("Thời hạn thực hiện", _DOTS),
    ]
    blocks: tuple[Block, ...] = (
        Grid((Column("Mục", 48), Column("Nội dung", 117)), tuple(rows)),
        Signers(
            (
                Signer("Người đề nghị", name=facts.requester),
                Signer("Thư ký ISO", name=facts.answerer),
                Signer("Lãnh đạo"),
            )
        ),
    )
    return Paper(
        "form",
        facts.title,
        blocks,
        code=facts.code,
        number=facts.number,
        place_and_date=place_and_date(facts.place, facts.requested_on),
        issuer_parent=facts.parent,
        issuer=facts.issuer,
        footer_note=" – ".join(text for text in (facts.code, facts.number) if text),
    )


def _verdict(facts: RequestFacts) -> str:
    if facts.answered_on is None:
        return _DOTS
    said = f"{facts.verdict}, ngày {format_date(facts.answered_on)}"
    return "\n".join(text for text in (said, facts.verdict_reason) if text)
