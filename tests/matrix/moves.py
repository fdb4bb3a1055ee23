"""Which address moves which record from state to state, with all that its form would send.

The records are those of the world, one in each state at least; who may is said in the table of
access. A move that keeps the state, as a signature taken back, is told as the state itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.messages import constants, get_messages
from django.core.cache import cache

from audits.forms.nonconformities_deeds import state_of
from audits.models import Audit, AuditProgramme, Nonconformity
from audits.models.reports import report_sha256
from procedures.models import ChangeRequest, Decision, PrintedCopy, ProcedureVersion
from qms.foundation.dates import format_date, today
from qms.records.ledger.entries import LedgerEntry
from qms.records.models import NumberSeries, Signature
from qms.records.workflow import WorkflowModel
from tests.factories import PASSWORD
from tests.matrix.addresses import OURS, Address
from tests.matrix.trying import undone
from tests.matrix.world import FOREIGN, Actor, World, cookies_of
from tests.procedures.test_drafting import page_data

Typed = dict[str, Any]
_ADDRESSES = {address.name: address for address in OURS}
REFUSALS = (403, 404, 409, 422)


@dataclass(frozen=True)
class Move:
    """What is sent to an address, and where it leads those records of which it is a legal move."""

    name: str
    leads: dict[str, str]
    typed: Callable[[Any], Typed]

    @property
    def address(self) -> Address:
        return _ADDRESSES[self.name]

    def may(self, actor: Actor, record: str) -> bool:
        """Tell whether the table of access gives it to the person, for a record in this state."""
        if actor.name == FOREIGN:
            return False
        rules = self.address.rules
        own = [rule for rule in rules if rule.record == record] or rules
        who: list[Any] = [rule.post for rule in own] or [self.address.access]
        return any(isinstance(each, frozenset) and actor.kinds & each for each in who)


@dataclass(frozen=True)
class Kind:
    """A model with states: its records in the world, by the name of each, and its moves."""

    model: type[WorkflowModel]
    records: tuple[str, ...]
    moves: tuple[Move, ...]

    def get(self, world: World, record: str) -> Any:
        """Return the record as it is stored now."""
        named = world.own[record]
        key = "pk" if "pk" in named else "slug"
        return self.model._default_manager.get(**{key: named[key]})


def _nothing(_: Any) -> Typed:
    return {}


def _said(prefix: str, **words: str) -> Callable[[Any], Typed]:
    return lambda _: {f"{prefix}-{name}": word for name, word in words.items()}


# --- procedures -----------------------------------------------------------------------------------


def _submitted(version: ProcedureVersion) -> Typed:
    data = page_data(version, action="submit")
    for problem in version.problems():
        data[f"answer-{problem.name}"] = "Đã rõ"
    return dict(data.lists())


def _read(version: ProcedureVersion) -> Typed:
    return {"seen": version.content_sha256, "comment": "Phù hợp", "password": PASSWORD}


def _laid(decision: Decision | AuditProgramme) -> Typed:
    return {"seen": decision.sha256(), "password": PASSWORD}


def _numbered(decision: Decision) -> Typed:
    return {"number": f"{decision.pk}/QĐ-MT", "signed_on": format_date(today())}


def _answered(change: ChangeRequest) -> Typed:
    version = change.procedure.versions.order_by("pk").first()
    return {"answer-version": version.pk if version else ""}


def _recalled(kind: str) -> Callable[[PrintedCopy], Typed]:
    told = {"kind": kind, "done_on": format_date(today()), "reason": "Hết dùng"}
    told |= {"way": "Cắt nhỏ", "performed_by": "Đỗ Thị Văn", "witnessed_by": "Trần Thị Thư"}
    return lambda copy: told | {"ban": [copy.pk]}


VERSIONS = Kind(
    ProcedureVersion,
    (
        "draft",
        "draft in review",
        "draft reviewed",
        "draft approved",
        "draft discarded",
        "internal procedure",
        "paper",
        "paper alone",
        "paper accepted",
    ),
    (
        Move("procedures:draft-detail", {"draft": "in_review"}, _submitted),
        Move("procedures:draft-review", {"draft in review": "reviewed"}, _read),
        Move(
            "procedures:draft-return",
            {"draft in review": "draft", "draft reviewed": "draft"},
            _said("return", comment="Thiếu căn cứ"),
        ),
        Move(
            "procedures:draft-discard",
            dict.fromkeys(("draft", "paper", "paper alone"), "discarded"),
            _said("discard", comment="Thôi"),
        ),
        Move("procedures:paper-accept", {"paper": "issued", "paper alone": "issued"}, _read),
    ),
)
DECISIONS = Kind(
    Decision,
    (
        "decision",
        "decision submitted",
        "decision approved",
        "decision issued",
        "decision not yet in effect",
        "decision cancelled",
        "decision withdrawn",
    ),
    (
        Move("procedures:decision-submit", {"decision": "submitted"}, _nothing),
        Move(
            "procedures:decision-return",
            {"decision submitted": "composing"},
            _said("return", comment="Thiếu căn cứ"),
        ),
        Move("procedures:decision-approve", {"decision submitted": "approved"}, _laid),
        Move("procedures:decision-issue", {"decision approved": "issued"}, _numbered),
        Move(
            "procedures:decision-cancel",
            dict.fromkeys(("decision", "decision submitted", "decision approved"), "cancelled"),
            _said("cancel", comment="Thôi"),
        ),
        Move(
            "procedures:decision-withdraw",
            {"decision not yet in effect": "withdrawn"},
            lambda _: {"reason": "Ban hành nhầm", "password": PASSWORD},
        ),
    ),
)
REQUESTS = Kind(
    ChangeRequest,
    (
        "change request",
        "change request accepted",
        "change request taken up",
        "change request refused",
        "change request answered",
    ),
    (
        Move("procedures:change-request-accept", {"change request": "accepted"}, _nothing),
        Move(
            "procedures:change-request-refuse",
            dict.fromkeys(
                ("change request", "change request accepted", "change request taken up"), "refused"
            ),
            _said("refuse", reason="Đã có trong quy trình"),
        ),
        Move(
            "procedures:change-request-answer",
            {"change request accepted": "answered", "change request taken up": "answered"},
            _answered,
        ),
    ),
)
COPIES = Kind(
    PrintedCopy,
    ("copy", "copy returned", "copy destroyed", "copy lost"),
    (
        Move(
            "procedures:recall-new",
            {"copy": "returned", "copy lost": "returned"},
            _recalled("returned"),
        ),
        Move(
            "procedures:recall-new",
            dict.fromkeys(("copy", "copy returned", "copy lost"), "destroyed"),
            _recalled("destroyed"),
        ),
        Move("procedures:recall-new", {"copy": "lost"}, _recalled("lost")),
    ),
)

# --- audits ---------------------------------------------------------------------------------------


def _met(_: Audit) -> Typed:
    return {"on": format_date(today()), "others": "Bùi Văn Dự, chuyên viên", "minutes": "Nhất trí"}


def _signed(prefix: str, seen: Callable[[Audit], str]) -> Callable[[Audit], Typed]:
    return lambda audit: {f"{prefix}-seen": seen(audit), f"{prefix}-password": PASSWORD}


def _sheet(name: str, **words: str) -> Callable[[Nonconformity], Typed]:
    """What the form of a deed sends, as it is drawn for the sheet now."""

    def typed(sheet: Nonconformity) -> Typed:
        seen = sheet.statement_sha256() if name == "confirm" else sheet.sha256()
        told = {"on": format_date(today()), "seen": seen, "state": state_of(sheet)} | words
        return {f"{name}-{key}": value for key, value in told.items()}

    return typed


PROGRAMMES = Kind(
    AuditProgramme,
    ("plan", "plan submitted", "plan approved", "plan cancelled"),
    (
        Move("audits:programme-submit", {"plan": "submitted"}, _nothing),
        Move(
            "audits:programme-return",
            {"plan submitted": "draft"},
            _said("return", comment="Thiếu đơn vị"),
        ),
        Move("audits:programme-approve", {"plan submitted": "approved"}, _laid),
        Move("audits:programme-cancel", {"plan": "cancelled"}, _said("cancel", comment="Thôi")),
    ),
)
AUDITS = Kind(
    Audit,
    (
        "audit",
        "audit notified",
        "audit under way",
        "audit after closing",
        "audit signed",
        "audit reported",
        "audit closed",
        "audit cancelled",
    ),
    (
        Move("audits:audit-notify", {"audit": "notified"}, _nothing),
        Move("audits:audit-opening", {"audit notified": "under_way"}, _met),
        Move(  # may be put down anew until the report is signed
            "audits:audit-closing-meeting",
            {"audit under way": "under_way", "audit after closing": "under_way"},
            _met,
        ),
        Move(
            "audits:audit-report-sign",
            {"audit after closing": "under_way"},
            _signed("sign", report_sha256),
        ),
        Move("audits:audit-report-withdraw", {"audit signed": "under_way"}, _nothing),
        Move(
            "audits:audit-report-return",
            {"audit signed": "under_way"},
            _said("return", comment="Thiếu kết luận"),
        ),
        Move(
            "audits:audit-report-approve",
            {"audit signed": "reported"},
            _signed("approve", lambda audit: audit.report_sha256),
        ),
        Move("audits:audit-close", {"audit reported": "closed"}, _signed("close", lambda _: "")),
        Move(
            "audits:audit-cancel",
            dict.fromkeys(
                ("audit", "audit notified", "audit under way", "audit after closing"), "cancelled"
            ),
            _said("cancel", reason="Hoãn"),
        ),
    ),
)
SHEETS = Kind(
    Nonconformity,
    (
        "sheet",
        "sheet confirmed",
        "sheet analysed",
        "sheet without action",
        "sheet laid",
        "sheet planned",
        "sheet done",
        "sheet implemented",
        "sheet verified",
        "sheet without effect",
        "sheet closed",
        "sheet rejected",
    ),
    (
        Move("audits:nonconformity-confirm", {"sheet": "open"}, _sheet("confirm")),
        Move("audits:nonconformity-analyse", {"sheet confirmed": "analysed"}, _sheet("analyse")),
        Move("audits:nonconformity-propose", {"sheet analysed": "analysed"}, _sheet("propose")),
        Move("audits:nonconformity-agree", {"sheet laid": "planned"}, _sheet("agree")),
        Move(
            "audits:nonconformity-refuse",
            {"sheet laid": "analysed"},
            _sheet("refuse", comment="Chưa ngăn được nguyên nhân"),
        ),
        Move(
            "audits:nonconformity-implement",
            {"sheet done": "implemented", "sheet without action": "implemented"},
            _sheet("implement"),
        ),
        Move(
            "audits:nonconformity-verify",
            {"sheet implemented": "verified"},
            _sheet("verify", is_effective="True"),
        ),
        Move(
            "audits:nonconformity-verify",
            {"sheet implemented": "analysed"},
            _sheet("verify", is_effective="False", comment="Còn tái diễn"),
        ),
        Move(
            "audits:nonconformity-close",
            {"sheet verified": "closed", "sheet without effect": "closed"},  # a minor one
            _sheet("close", password=PASSWORD),
        ),
        Move(
            "audits:nonconformity-reject",
            dict.fromkeys(
                (
                    "sheet",
                    "sheet confirmed",
                    "sheet analysed",
                    "sheet without action",
                    "sheet laid",
                ),
                "rejected",
            ),
            _sheet("reject", reason="Nhầm hồ sơ"),
        ),
    ),
)
KINDS = (VERSIONS, DECISIONS, REQUESTS, COPIES, PROGRAMMES, AUDITS, SHEETS)

# --- trying ---------------------------------------------------------------------------------------


@dataclass
class Prepared:
    """What each form would send about each record, made once, for the world does not change."""

    world: World
    sent: dict[tuple[int, str], tuple[str, Typed]] = field(default_factory=dict)
    stored: dict[tuple[str, str], Typed] = field(default_factory=dict)

    def of(self, kind: Kind, move: Move, record: str) -> tuple[str, Typed]:
        """Return the path, and what is sent to it."""
        key = id(move), record
        if key not in self.sent:
            typed = move.typed(kind.get(self.world, record))
            self.sent[key] = (move.address.path(self.world.own[record]), typed)
        return self.sent[key]

    def before(self, kind: Kind, record: str) -> Typed:
        """Return what is stored of the record, and how much of everything."""
        key = kind.model.__name__, record
        if key not in self.stored:
            self.stored[key] = _stored(kind.get(self.world, record))
        return self.stored[key]


def _stored(record: Any) -> Typed:
    """Return all columns, and how much is recorded: each row of history has an entry, too."""
    return {
        **{each.attname: getattr(record, each.attname) for each in record._meta.concrete_fields},
        "signatures": Signature.objects.count(),
        "entries": LedgerEntry.objects.count(),
        "numbers": sum(NumberSeries.objects.values_list("last", flat=True)),
        "states": _states(),
    }


def try_move(actor: Actor, kind: Kind, move: Move, record: str, prepared: Prepared) -> str:
    """Return what is wrong with what came of it, empty where nothing is; all is undone."""
    path, typed = prepared.of(kind, move, record)
    before = prepared.before(kind, record)
    cache.clear()  # lest a throttled page be asked too often
    actor.client.cookies = cookies_of(actor)
    with undone() as watch:
        answer: Any = actor.client.post(path, typed)
        # What was refused on the way may have been written and undone.
        after = _stored(kind.get(prepared.world, record)) if watch.written else before
    target = move.leads.get(record, "")
    if target and move.may(actor, record):
        is_done = after["status"] == target and after["entries"] > before["entries"]
        return "" if is_done else f"{answer}, not {target}"
    if changed := [name for name, value in before.items() if after[name] != value]:
        return f"{answer}, but changed {changed}"
    levels = {told.level for told in get_messages(answer.wsgi_request)}
    is_told = answer.status_code == 302 and (not actor.has_account or constants.ERROR in levels)
    return "" if is_told or answer.status_code in REFUSALS else f"{answer} tells no reason"


def moved_by(
    actor: Actor, kind: Kind, move: Move, record: str, prepared: Prepared
) -> set[tuple[str, str, str]]:
    """Return which states the request changes, of whatever model, from what to what."""
    path, typed = prepared.of(kind, move, record)
    actor.client.cookies = cookies_of(actor)
    with undone():
        before = _states()
        actor.client.post(path, typed)
        after = _states()
    return {
        (name, status, after[name, pk])
        for (name, pk), status in before.items()
        if after[name, pk] != status
    }


def _states() -> dict[tuple[str, int], str]:
    models = [kind.model for kind in KINDS]
    return {
        (model.__name__, pk): status
        for model in models
        for pk, status in model._default_manager.values_list("pk", "status")
    }
