"""BM-03-04, the sheet of a nonconformity: each round as it was, to the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audits.models import (
    CorrectiveAction,
    DueExtension,
    EffectivenessCheck,
    Nonconformity,
    NonconformityMove,
    Treatment,
)
from audits.papers.letterhead import (
    Letterhead,
    Piece,
    form,
    lines_of,
    marks_of,
    or_dots,
    shown,
    signer,
)
from procedures.models import ChangeRequest
from qms.foundation.dates import format_date
from qms.records.models import Signature
from qms.records.paper import (
    Block,
    Bullets,
    Column,
    Grid,
    Heading,
    Labelled,
    Paper,
    Signer,
    Signers,
    Text,
)

Act = Signature.Act
_SIDE_BY_SIDE = 3
_LABELS: dict[str, str] = {
    Act.PREPARED: "Người phát hiện",
    Act.CONFIRMED: "Đơn vị xác nhận",
    Act.APPROVED: "Trưởng đơn vị",
    Act.AGREED: "Chuyên gia đồng ý biện pháp",
    Act.VERIFIED: "Người kiểm tra xác nhận",
    Act.CLOSED: "Lãnh đạo đóng phiếu",
}


@dataclass(frozen=True, slots=True)
class Round:
    """What was put down and signed in one round."""

    number: int
    treatment: Treatment | None
    actions: Sequence[CorrectiveAction]
    signatures: Sequence[Signature]


@dataclass(frozen=True)
class SheetFacts:
    """A nonconformity with all that belongs to it.

    `seen` is the evidence of the nonconformity, its finding and question; `done` that of each
    action by its key. `earlier` and `later` are numbers of those it follows and that follow it.
    """

    head: Letterhead
    nonconformity: Nonconformity
    clause: str
    rounds: Sequence[Round]
    signatures: Sequence[Signature]
    extensions: Sequence[DueExtension]
    moves: Sequence[NonconformityMove]
    checks: Sequence[EffectivenessCheck]
    seen: Sequence[Piece]
    done: Mapping[int, Sequence[Piece]]
    earlier: Sequence[str]
    later: Sequence[str]


def sheet_paper(facts: SheetFacts) -> Paper:
    """Return the sheet as it stands, with all rounds, deadlines put off, moves and signatures."""
    nc = facts.nonconformity
    blocks: list[Block] = [
        *_about(facts),
        Heading("1. Mô tả sự không phù hợp"),
        *_stated(facts),
        *_signed(facts.signatures, (Act.PREPARED, Act.CONFIRMED)),
    ]
    for each in facts.rounds:
        blocks += _round(each, facts)
    blocks += [
        Heading("3. Đánh giá hiệu lực"),
        *_effect(facts),
        Heading("4. Đóng phiếu"),
        *_closed(facts),
        Heading("5. Gia hạn"),
        _extensions(facts),
        Heading("6. Quá trình xử lý"),
        _moves(facts),
    ]
    return form(
        facts.head,
        "nonconformity",
        blocks,
        number=nc.number,
        marks=marks_of(is_illustrative=nc.is_illustrative),
    )


def _about(facts: SheetFacts) -> list[Block]:
    nc = facts.nonconformity
    finding = nc.finding
    source = nc.get_source_display()
    if finding:
        source = f"{source} {finding.audit.number} – {finding.audit.title}, {finding.label}"
    finder = str(nc.found_by or nc.finder_name or nc.reported_by)
    told = (
        ("Ngày phát hiện", format_date(nc.found_on)),
        ("Nguồn", source),
        ("Đơn vị có sự không phù hợp", str(nc.unit)),
        ("Người chịu trách nhiệm", str(nc.owner or "")),
        ("Mức", nc.get_grade_display()),
        ("Người phát hiện", finder),
        ("Người lập phiếu", str(nc.reported_by) if finder != str(nc.reported_by) else ""),
        ("Người theo dõi, đồng ý biện pháp", str(nc.auditor or "")),
        ("Hạn hoàn thành", format_date(nc.due_on)),
        ("Biên bản kiểm tra bên ngoài", f"ký ngày {format_date(nc.minutes_on)}"),
        ("Báo cáo đoàn kiểm tra", nc.get_external_state_display()),
        ("Trạng thái", nc.get_status_display()),
        ("Lặp lại phiếu", nc.repeats.number if nc.repeats else ""),
        ("Không coi là lặp lại vì", nc.repeat_denied),
        ("Lập tiếp theo phiếu", ", ".join(facts.earlier)),
    )
    hidden = {"Biên bản kiểm tra bên ngoài"} if nc.minutes_on is None else set()
    return [Labelled(label, value) for label, value in told if value and label not in hidden]


def _stated(facts: SheetFacts) -> list[Block]:
    nc = facts.nonconformity
    told = (
        ("Quy trình", str(nc.version or nc.procedure or "")),
        ("Bước", nc.step_text),
        ("Điều khoản", f"{nc.edition}, {facts.clause}" if facts.clause else ""),
        ("Yêu cầu (chuẩn mực)", nc.requirement),
        ("Bằng chứng", nc.evidence_text),
        ("Sự không phù hợp", nc.gap),
        ("Ý kiến của đơn vị khi đánh giá", _answer(nc)),
    )
    return [*(Labelled(label, value) for label, value in told if value), *shown(facts.seen)]


def _answer(nc: Nonconformity) -> str:
    finding = nc.finding
    if finding is None or not finding.answer:
        return ""
    who = f"{finding.answered_by}, ngày {format_date(finding.answered_on)}"
    return lines_of(f"{finding.get_answer_display()} – {who}", finding.answer_comment)


# --- signatures ---


def _signed(signatures: Sequence[Signature], acts: Sequence[str]) -> list[Block]:
    """Return the signatures of the acts as often as they were given; room for one that is not."""
    signers: list[Signer] = []
    for act in acts:
        given = [signer(_LABELS[act], each) for each in signatures if each.act == act]
        signers += given or [Signer(_LABELS[act])]
    return [
        Signers(tuple(signers[at : at + _SIDE_BY_SIDE]))
        for at in range(0, len(signers), _SIDE_BY_SIDE)
    ]


# --- a round ---


def _round(each: Round, facts: SheetFacts) -> list[Block]:
    many = len(facts.rounds) > 1
    title = f"2. Xử lý – lần {each.number}" if many else "2. Xử lý"
    return [
        Heading(title),
        *_causes(each.treatment, facts.head),
        Heading("Hành động khắc phục", 2),
        *_actions(each, facts),
        *_signed(each.signatures, (Act.APPROVED, Act.AGREED)),
        Heading("Kiểm tra thực hiện", 2),
        *_verified(each.treatment),
        *_signed(each.signatures, (Act.VERIFIED,)),
    ]


def _causes(treatment: Treatment | None, head: Letterhead) -> list[Block]:
    if treatment is None:
        treatment = Treatment()
    told: list[Block] = [
        Labelled("Khắc phục tức thời", or_dots(treatment.correction)),
        Labelled("Người khắc phục", _who(treatment.corrected_by, treatment.corrected_on)),
        Labelled("Nguyên nhân", or_dots(treatment.root_text)),
    ]
    if treatment.whys:
        whys = [
            f"Vì sao {number}: {text}{' (nguyên nhân gốc)' if number - 1 == treatment.root else ''}"
            for number, text in enumerate(treatment.whys, start=1)
        ]
        told.append(Bullets(tuple(whys)))
    if treatment.cause and treatment.cause != treatment.root_text:
        told.append(Labelled("Nhận xét về nguyên nhân", treatment.cause))
    similar = {True: "Có", False: "Không", None: or_dots("")}[treatment.has_similar]
    rest = (
        ("Nhóm nguyên nhân", head.causes.get(treatment.category, treatment.category)),
        ("Xem xét trường hợp tương tự", f"{similar}. {treatment.similar}".strip(" .")),
        ("Không cần hành động khắc phục vì", treatment.no_action_reason),
        ("Chuyên gia chưa đồng ý vì", treatment.refusal),
    )
    return [*told, *(Labelled(label, value) for label, value in rest if value)]


def _who(person: object, on: object) -> str:
    day = format_date(on) if on else ""  # type: ignore[arg-type]  # a date of a record
    return or_dots(", ".join(text for text in (str(person or ""), day) if text))


def _actions(each: Round, facts: SheetFacts) -> list[Block]:
    columns = (
        Column("TT", 11, "center"),
        Column("Biện pháp", 58),
        Column("Trách nhiệm", 30),
        Column("Hạn", 28, "center"),
        Column("Kết quả thực hiện", 50),
    )
    rows = tuple(
        (
            str(number),
            lines_of(action.what, _change_text(action.change_request)),
            str(action.person),
            format_date(action.due_on),
            _done(action),
        )
        for number, action in enumerate(each.actions, start=1)
    )
    is_none = each.treatment is not None and bool(each.treatment.no_action_reason)
    nothing = f"{'Không' if is_none else 'Chưa'} có hành động khắc phục."
    told: list[Block] = [Grid(columns, rows, nothing=nothing)]
    for number, action in enumerate(each.actions, start=1):
        told += shown(facts.done.get(action.pk, ()), f"Bằng chứng thực hiện biện pháp {number}")
    return told


def _done(action: CorrectiveAction) -> str:
    if not action.is_done:
        return "Chưa thực hiện"
    return lines_of(f"{format_date(action.done_on)}, {action.done_by}", action.done_note)


def _change_text(request: ChangeRequest | None) -> str:
    """Return the change of a procedure that was asked for, and the version that answered it."""
    if request is None:
        return ""
    told = f"{request} ngày {format_date(request.requested_on)}: {request.what}"
    state = request.get_status_display()
    if request.version is not None:
        state = f"{state}: {request.version}"
    return lines_of(told, f"Lý do: {request.why}", state, request.verdict_reason)


def _verified(treatment: Treatment | None) -> list[Block]:
    if treatment is None or treatment.is_effective is None:
        return [Labelled("Kết quả", or_dots(""))]
    result = "Đạt" if treatment.is_effective else "Không đạt, xử lý lại"
    told: list[Block] = [
        Labelled("Ngày, người kiểm tra", _who(treatment.verified_by, treatment.verified_on)),
        Labelled("Kết quả", result),
    ]
    return [
        *told,
        *([Labelled("Nhận xét", treatment.verification)] if treatment.verification else []),
    ]


# --- the end ---


def _effect(facts: SheetFacts) -> list[Block]:
    due = facts.nonconformity.effect_due_on
    told: list[Block] = [Labelled("Hạn đánh giá hiệu lực", format_date(due))] if due else []
    for check in facts.checks:
        result = "đạt" if check.is_effective else "không đạt"
        said = f"Hiệu lực: {result} – ngày {format_date(check.checked_on)}, {check.checked_by}"
        told += [Text(said), *([Text(check.comment)] if check.comment else [])]
    if not facts.checks:
        told.append(Labelled("Hiệu lực (đạt, không đạt)", or_dots("")))
    return [*told, Labelled("Lập phiếu mới số", ", ".join(facts.later) or "không")]


def _closed(facts: SheetFacts) -> list[Block]:
    nc = facts.nonconformity
    if nc.rejected_on:
        reason = next((move.reason for move in facts.moves if move.status == nc.status), "")
        told = f"Kết luận ngày {format_date(nc.rejected_on)}: không phải là sự không phù hợp."
        return [Text(told), *([Text(reason)] if reason else [])]
    return [
        Labelled("Ngày đóng", or_dots(format_date(nc.closed_on))),
        *_signed(facts.signatures, (Act.CLOSED,)),
    ]


def _extensions(facts: SheetFacts) -> Grid:
    columns = (
        Column("Ngày", 28, "center"),
        Column("Gia hạn", 36),
        Column("Hạn cũ", 28, "center"),
        Column("Hạn mới", 28, "center"),
        Column("Lý do", 42),
        Column("Người cho", 30),
    )
    rows = tuple(
        (
            format_date(each.granted_on),
            each.action.what if each.action else "Cả phiếu",
            format_date(each.old_due_on),
            format_date(each.new_due_on),
            each.reason,
            str(each.granted_by),
        )
        for each in facts.extensions
    )
    return Grid(columns, rows)


def _moves(facts: SheetFacts) -> Grid:
    columns = (
        Column("Ngày", 29, "center"),
        Column("Việc, lý do", 75),
        Column("Người", 35),
        Column("Trạng thái sau đó", 38),
        Column("Lần", 15, "center"),
    )
    rows = tuple(
        (
            format_date(move.on),
            move.reason,
            str(move.by),
            move.get_status_display(),
            str(move.round),
        )
        for move in facts.moves
    )
    return Grid(columns, rows)
