"""Plain functions that make records by the real verbs; keywords override."""

import datetime as dt
import itertools
from typing import Any

from django.test import Client

from procedures import actions
from procedures.actions import assigning
from procedures.content import (
    Case,
    Content,
    CoveredTTHC,
    DossierItem,
    KeptRecord,
    Step,
    StepTime,
    TimeLimit,
)
from procedures.models import (
    TTHC,
    ChangeRequest,
    Decision,
    Field,
    FieldAssignment,
    Form,
    FormIssue,
    Procedure,
    ProcedureVersion,
    Responsibility,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import AgencyProfile, Position, Post, Unit, User, grant_role
from qms.organisation.roles import Role
from qms.records import files
from qms.records.models import Signature
from qms.records.signatures import Signing

_numbers = itertools.count(1)
PASSWORD = "mat-khau-thu-2026"
BY_PASSWORD = Signing(method=Signature.Method.PASSWORD)


_of_this_test: list[User] = []  # nearly every factory acts in its name: read once a test


def system() -> User:
    if not _of_this_test:
        _of_this_test.append(User.objects.system())
    return _of_this_test[0]


def forget_system() -> None:
    """Read it anew: another test, another database."""
    _of_this_test.clear()


def make_agency(code: str = "", name: str = "Phòng Giáo dục và Đào tạo", **profile: Any) -> Unit:
    """An agency with its profile."""
    unit = Unit(code=code or f"CQ{next(_numbers)}", name=name, kind=Unit.Kind.AGENCY)
    unit.record(by=system(), reason="Lập đơn vị")
    values = {"display_name": name.upper(), "code_pattern": "QT-{seq:02}/GDĐT"} | profile
    AgencyProfile(unit=unit, **values).record(by=system(), reason="Lập hồ sơ cơ quan")
    return unit


def make_unit(parent: Unit, *, name: str = "", kind: str = Unit.Kind.SECTION) -> Unit:
    number = next(_numbers)
    unit = Unit(code=f"DV{number}", name=name or f"Bộ phận {number}", kind=kind, parent=parent)
    unit.record(by=system(), reason="Lập đơn vị")
    return unit


def make_position(name: str = "Chuyên viên", rank: int = 50) -> Position:
    position = Position.objects.filter(name=name).first() or Position(name=name, rank=rank)
    if position.pk is None:
        position.record(by=system(), reason="Lập chức danh")
    return position


def make_user(
    *roles: Role, unit: Unit | None = None, name: str = "", position: str = "", **fields: Any
) -> User:
    """A person who signs in with PASSWORD and holds `roles` on `unit`."""
    number = next(_numbers)
    user = User(username=fields.pop("username", f"nguoi{number}"), **fields)
    user.full_name = name or f"Nguyễn Văn {number}"
    user.set_password(PASSWORD)
    user.record(by=system(), reason="Lập tài khoản")
    if unit is not None:
        for role in roles:
            grant_role(user, role, unit, by=system())
        if position:
            post = Post(person=user, unit=unit, position=make_position(position))
            post.record(by=system(), reason="Bổ nhiệm")
    return user


def assign(
    agency: Unit, person: User, *, field: Field | None = None, scope: str = "", **days: Any
) -> FieldAssignment:
    """A deputy looks after `field`, or all of the agency; since long ago."""
    kept = scope or ("field" if field else "agency")
    values = {"issued_on": dt.date(2020, 1, 1), "valid_from": dt.date(2020, 1, 1)} | days
    paper = assigning.Paper(number="05/TB-PGDĐT", **values)
    return assigning.assign(agency, person, by=system(), scope=kept, field=field, paper=paper)


class Office:
    """An agency with one person a role; the usual set of a test."""

    def __init__(self, **profile: Any) -> None:
        self.agency = make_agency(**profile)
        self.secretary = make_user(
            Role.ISO_SECRETARY, unit=self.agency, name="Trần Thị Thư", position="Thư ký ISO"
        )
        self.staff = make_user(
            Role.STAFF, unit=self.agency, name="Lê Văn Chuyên", position="Chuyên viên"
        )
        self.reviewer = make_user(
            Role.LEADER, unit=self.agency, name="Phạm Thị Phó", position="Phó Trưởng phòng"
        )
        self.leader = make_user(
            Role.LEADER, unit=self.agency, name="Hoàng Văn Trưởng", position="Trưởng phòng"
        )
        self.clerk = make_user(Role.CLERK, unit=self.agency, name="Đỗ Thị Văn", position="Văn thư")
        self.admin = make_user(
            Role.SYSTEM_ADMIN, unit=self.agency, name="Vũ Quản Trị", position="", is_staff=True
        )


def make_field(name: str = "Giáo dục tiểu học") -> Field:
    field = Field.objects.named(name)
    if field is None:
        field = Field(name=name)
        field.record(by=system(), reason="Lập lĩnh vực")
    return field


def make_tthc(unit: Unit | None = None, **fields: Any) -> TTHC:
    """A TTHC in force since before records begin; `unit` answers for it."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "code": f"1.{number:06d}",
        "name": f"Thủ tục số {number}",
        "law_unit": "working_day",
        "law_minutes": 5 * 480,
        "decision_no": "12/QĐ-UBND",
    } | fields
    values.setdefault("field", make_field())
    tthc = TTHC(**values)
    tthc.record(by=system(), reason="Nhập danh mục")
    if unit is not None:
        Responsibility(tthc=tthc, unit=unit).record(by=system(), reason="Giao trách nhiệm")
    return tthc


def fill_catalogue(unit: Unit, count: int) -> None:
    """Add `count` TTHC to the catalogue, once, that `unit` answers for; quick, without history."""
    field = make_field()
    rows = [
        TTHC(code=f"8.{n:06d}", name=f"Thủ tục thêm {n}", field=field, sort_key=f"{n:05d}")
        for n in range(count)
    ]
    made = TTHC.objects.bulk_create(rows)
    Responsibility.objects.bulk_create(Responsibility(tthc=tthc, unit=unit) for tthc in made)


def make_content(*tthc: TTHC, **fields: Any) -> Content:
    """A content that passes every blocking check and warns of nothing, for `tthc` of 5 days."""
    case = Case(key="c1")

    def step(work: str, position: str, minutes: int) -> Step:
        time = StepTime(case=case.key, kind="working", minutes=minutes)
        return Step(work=work, position=position, times=(time,))

    values: dict[str, Any] = {
        "title": tthc[0].name if tthc else "Quy trình",
        "purpose": "<p>Quy định thống nhất cách giải quyết.</p>",
        "scope": "<p>Áp dụng cho mọi hồ sơ.</p>",
        "tthc": tuple(CoveredTTHC(code=t.code, name=t.name, decision=t.decision_no) for t in tthc),
        "cases": (case,),
        "limits": (TimeLimit(unit="working_day", minutes=5 * 480, text="05 ngày làm việc"),),
        "dossier": (DossierItem(name="Đơn đề nghị", originals=1, copies=0),),
        "dossier_sets": 1,
        "steps": (
            step("Tiếp nhận hồ sơ", "Văn thư", 240),
            step("Thẩm định", "Chuyên viên", 1920),
            step("Trả kết quả", "Văn thư", 240),
        ),
        "records": (KeptRecord(name="Hồ sơ giải quyết", keeper="Văn thư", years=5),),
    } | fields
    return Content(**values)


def make_draft(
    office: Office, *tthc: TTHC, by: User | None = None, **fields: Any
) -> ProcedureVersion:
    """A draft of a new procedure that could be submitted."""
    make_position("Văn thư")
    number = next(_numbers)
    if not tthc:
        tthc = (make_tthc(office.agency),)
    code = fields.pop("code", f"QT-{number:02d}/GDĐT")
    kind = fields.pop("kind", Procedure.Kind.TTHC)
    content = make_content(*tthc, **fields)
    return actions.start_procedure(
        actions.NewProcedure(office.agency, office.agency, kind, code, content.title),
        by=by or office.staff,
        content=content,
    )


def restrict(procedure: Procedure) -> None:
    """Leave the procedure to its secretary and leaders."""
    procedure.is_restricted = True
    procedure.record(by=system(), reason="Hạn chế người đọc")


def abolish(procedure: Procedure, office: Office, *, on: dt.date) -> Decision:
    """Abolish by a paper decision signed and in effect on the day."""
    decision = actions.compose_decision(
        office.agency, by=office.secretary, subject="Bãi bỏ quy trình", abolish=[procedure]
    )
    decision.submit(by=office.secretary)
    signing = Signing(Signature.Method.PAPER, on=on)
    actions.approve_decision(decision, by=office.leader, seen=decision.sha256(), signing=signing)
    return issue(decision, office, signed_on=on, effective_on=on)


def make_blank(office: Office, code: str = "BM-01", **fields: Any) -> Form:
    """A form of the office's own, without a file."""
    form = Form(agency=office.agency, code=code, name=fields.pop("name", f"Mẫu {code}"), **fields)
    form.record(by=system(), reason="Thêm biểu mẫu")
    return form


def make_blank_issue(form: Form, *, valid_from: dt.date, data: bytes = b"%PDF-1.4 m") -> FormIssue:
    """The next issue of a form, with a file of its own."""
    stored = files.store(data + form.code.encode(), "mau.pdf", kind="pdf", by=system())
    return actions.issue_form(form, stored, valid_from=valid_from, by=system())


def make_version(
    status: VersionStatus,
    office: Office | None = None,
    *tthc: TTHC,
    effective_on: dt.date | None = None,
    paper_on: dt.date | None = None,
    **fields: Any,
) -> ProcedureVersion:
    """A version in `status`, brought there by the real moves.

    With `paper_on` it is approved on paper on that day, so that it may take effect in the past.
    """
    office = office or Office()
    version = make_draft(office, *tthc, **fields)
    return advance(version, status, office, effective_on=effective_on, paper_on=paper_on)


def advance(
    version: ProcedureVersion,
    status: VersionStatus,
    office: Office,
    *,
    effective_on: dt.date | None = None,
    paper_on: dt.date | None = None,
) -> ProcedureVersion:
    """Move a draft on to `status` by the real verbs."""
    if status == VersionStatus.DRAFT:
        return version
    if status == VersionStatus.DISCARDED:
        version.discard(by=office.secretary, reason="Thôi")
        return version
    answers = {p.name: "Đã rõ" for p in version.problems() if not p.is_blocking}
    version.submit(by=office.staff, answers=answers)
    if status == VersionStatus.IN_REVIEW:
        return version
    version.review(by=office.reviewer, seen=version.content_sha256)
    if status == VersionStatus.REVIEWED:
        return version
    decision = make_decision(office, version)
    signing = BY_PASSWORD if paper_on is None else Signing(Signature.Method.PAPER, on=paper_on)
    actions.approve_decision(decision, by=office.leader, seen=decision.sha256(), signing=signing)
    if status == VersionStatus.ISSUED:
        issue(decision, office, signed_on=paper_on, effective_on=effective_on)
    version.refresh_from_db()
    return version


def make_next_draft(
    office: Office, base: ProcedureVersion, *takes_up: ChangeRequest, **fields: Any
) -> ProcedureVersion:
    """The next revision of `base`, with `fields` of its content changed, still a draft."""
    return actions.start_version(
        base.procedure,
        by=office.staff,
        content=base.document.revised(**({"change_summary": "Sửa"} | fields)),
        change_type=ProcedureVersion.Change.REVISION,
        base=base,
        takes_up=takes_up,
    )


def make_next_version(
    office: Office, base: ProcedureVersion, *, effective_on: dt.date | None = None, **fields: Any
) -> ProcedureVersion:
    """The next revision of `base`, with `fields` of its content changed, issued today."""
    draft = make_next_draft(office, base, **fields)
    return advance(draft, VersionStatus.ISSUED, office, effective_on=effective_on)


def make_change_request(
    office: Office, procedure: Procedure, *, by: User | None = None, **fields: Any
) -> ChangeRequest:
    """What the staff of the office asks to be changed in a procedure; waits for an answer."""
    values = {
        "what": f"Bổ sung hướng dẫn, lần {next(_numbers)}",
        "why": "Người dân hay nộp thiếu giấy tờ.",
    } | fields
    return actions.request_change(procedure, by=by or office.staff, **values)


def make_accepted_request(office: Office, procedure: Procedure, **fields: Any) -> ChangeRequest:
    """A request that the secretary accepted; parked until a draft takes it up."""
    change = make_change_request(office, procedure, **fields)
    change.accept(by=office.secretary)
    return change


def make_decision(office: Office, *versions: ProcedureVersion) -> Decision:
    """A decision over reviewed versions, submitted to the leader."""
    decision = actions.compose_decision(
        office.agency, by=office.secretary, subject="Ban hành quy trình ISO", versions=versions
    )
    decision.submit(by=office.secretary)
    return decision


def issue(
    decision: Decision,
    office: Office,
    *,
    signed_on: dt.date | None = None,
    effective_on: dt.date | None = None,
) -> Decision:
    """Give an approved decision its number; by default of today, in force at once."""
    day = signed_on or today()
    numbering = actions.Numbering(
        number=f"{next(_numbers)}/QĐ-PGDĐT", signed_on=day, effective_on=effective_on or day
    )
    actions.issue_decision(decision, numbering, by=office.clerk)
    return decision


def sign_in(client: Client, user: User) -> Client:
    """Let `client` act as `user` from now on."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
