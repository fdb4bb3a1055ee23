"""The impact sheet on paper: what changed, which procedures it touches, who concluded what."""

from collections.abc import Iterable, Sequence

from procedures.impact import RowState
from procedures.models import DocumentSettings, ImpactSheet, LegalChange, Review
from qms.foundation.dates import format_date
from qms.organisation.models import AgencyProfile
from qms.records.models import Signature
from qms.records.paper import Block, Column, Grid, Heading, Labelled, Paper, Signer, Signers, Text
from qms.records.signatures import manner

_MOST = 3  # signatures side by side
COLUMNS = (
    ("no", "TT", 8),
    ("code", "Mã hiệu", 30),
    ("title", "Tên quy trình", 50),
    ("reach", "Liên quan", 26),
    ("verdict", "Kết luận", 30),
    ("reason", "Lý do", 40),
    ("request", "Phiếu yêu cầu", 22),
)


def impact_paper(sheet: ImpactSheet, states: Sequence[RowState]) -> Paper:
    """Return the form of the agency (key `impact`) with each row as it stands."""
    profile = AgencyProfile.objects.filter(unit=sheet.agency).first()
    settings = DocumentSettings.of(sheet.agency)
    code, title = settings.paper("impact")
    columns = tuple(
        Column(settings.label("impact", key, label), share, "center" if key == "no" else "left")
        for key, label, share in COLUMNS
    )
    grid = Grid(
        columns,
        tuple(_row(number, state) for number, state in enumerate(states, start=1)),
        nothing="Không quy trình nào.",
    )
    return Paper(
        "form",
        title,
        (*_facts(sheet), Heading("Các quy trình liên quan", 2), grid, *_signed(sheet)),
        code=code,
        number=sheet.number,
        issuer_parent=profile.parent_name if profile else "",
        issuer=profile.display_name if profile else sheet.agency.name,
        landscape=True,
        footer_note=" – ".join(text for text in (code, sheet.number) if text),
    )


def _facts(sheet: ImpactSheet) -> Iterable[Block]:
    change = sheet.legal_change or sheet.tthc_change
    if change is None:
        return
    if isinstance(change, LegalChange):
        yield Labelled("Văn bản", f"{change.document}. {change.document.title}".strip(". "))
        yield Labelled("Thay đổi", str(change))
    else:
        yield Labelled("TTHC", str(change.tthc))
        yield Labelled("Thay đổi", str(change))
    yield Labelled("Có hiệu lực từ", format_date(change.effective_on))
    yield Labelled(
        "Hạn cập nhật", f"{format_date(sheet.due_on)} (QĐ 19/2014/QĐ-TTg, Điều 4 khoản 4 điểm a)"
    )
    if change.is_void:
        yield Text("Thay đổi này đã được đánh dấu ghi nhầm; phiếu không còn tác dụng.", bold=True)


def _row(number: int, state: RowState) -> tuple[str, ...]:
    procedure, review, request = state.row.procedure, state.review, state.request
    reach = state.row.get_reach_display()
    if state.tthc:
        reach += f": {', '.join(state.tthc)}"
    asked = ""
    if request is not None:
        asked = f"{request.number or request.pk}\n{request.get_status_display()}"
    return (
        str(number),
        procedure.code,
        procedure.title,
        reach[0].upper() + reach[1:],
        _verdict(review),
        review.reason if review else "",
        asked,
    )


def _verdict(review: Review | None) -> str:
    if review is None:
        return "Chưa kết luận"
    label = review.get_verdict_display()
    day = format_date(review.reviewed_on)
    return f"{label[0].upper()}{label[1:]}\n{review.reviewed_by}, {day}"


def _signed(sheet: ImpactSheet) -> Iterable[Block]:
    """Yield the last signature of each person who concluded on rows of the sheet."""
    batches = list(sheet.batches.order_by("pk"))
    if not batches:
        yield Signers((Signer("Người đánh giá"), Signer("Lãnh đạo")))
        return
    last = {each.person_id: each for each in Signature.objects.on_all(batches).order_by("pk")}
    signers = [
        Signer(
            "Người đánh giá",
            capacity=each.capacity,
            name=each.person_name,
            position=each.position_name,
            note=manner(each),
        )
        for each in last.values()
    ]
    for start in range(0, len(signers), _MOST):
        yield Signers(tuple(signers[start : start + _MOST]))
