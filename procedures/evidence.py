"""What proves a procedure: its records for an evidence package, as far as a person may see them."""

from typing import Any

from django.db.models import Model, Q, QuerySet

from procedures import permissions as may
from procedures.chronicle import Extent
from procedures.models import (
    TTHC,
    Acknowledgement,
    ChangeRequest,
    Decision,
    DecisionCorrection,
    DecisionItem,
    Dissemination,
    DisseminationAttendee,
    DisseminationVersion,
    Form,
    FormIssue,
    ImpactRow,
    ImpactSheet,
    InForcePeriod,
    LegalChange,
    LegalDocument,
    PrintedCopy,
    Procedure,
    ProcedureGrant,
    ProcedureVersion,
    RecallRecord,
    Rendition,
    Review,
    ReviewBatch,
    StepDuty,
    TTHCChange,
    VersionAuthor,
    VersionBasis,
    VersionForm,
    VersionTakesUp,
    VersionTTHC,
)
from procedures.workflow import FROZEN_VERSION, DecisionStatus, VersionStatus
from qms.organisation.models import Position, Unit, has_role, roles_of
from qms.organisation.roles import Role
from qms.records.evidence.selecting import Part, Selection, history_of, latest, signatures_on

_PUBLISHED = (DecisionStatus.ISSUED, DecisionStatus.WITHDRAWN)
_UNFINISHED = (VersionStatus.DRAFT, VersionStatus.DISCARDED)
_NOTES = {
    Extent.WHOLE: "toàn bộ, từ dự thảo đầu tiên",
    Extent.HANDED_OVER: "từ khi dự thảo được trình",
    Extent.APPROVED: "các lần đã ban hành, từ khi được phê duyệt",
}


def extent_for(user: Any, procedure: Procedure) -> Extent | None:
    """Return how much of a procedure `user` may take as evidence, None for nothing.

    The secretary all, a leader what was handed over; auditors and outside checkers of the agency,
    who read it, what was issued.
    """
    if may.is_secretary(user, procedure.owner):
        return Extent.WHOLE
    if may.is_leader(user, procedure.owner):
        return Extent.HANDED_OVER
    path = procedure.agency.path or "-"
    audits = any(
        role == Role.INTERNAL_AUDITOR and (held.startswith(path) or path.startswith(held))
        for role, held in roles_of(user)
    )
    if not (audits or has_role(user, Role.EXTERNAL_CHECKER, unit=procedure.agency)):
        return None
    issued = may.visible_issued(user).filter(procedure=procedure)
    return Extent.APPROVED if issued.exists() else None


def procedure_selection(
    procedure: Procedure, extent: Extent = Extent.WHOLE, *, user: Any = None
) -> Selection:
    """Return the records of the procedure as far as `extent` goes and `user` sees (None: all)."""
    versions = _versions(procedure, extent, user)
    decisions = _decisions(procedure, versions, extent, user)
    items = DecisionItem.objects.filter(procedure=procedure, decision__in=_keys(decisions))
    if extent is not Extent.WHOLE:
        items = items.filter(Q(version=None) | Q(version__in=_keys(versions)))
    parts = [
        Part(Procedure.objects.filter(pk=procedure.pk), _facts(procedure, versions, extent)),
        Part(versions, _told(versions, extent)),
        Part(decisions, _published(decisions) if extent is Extent.APPROVED else None),
        Part(items),
        Part(InForcePeriod.objects.filter(version__in=_keys(versions))),
        Part(Rendition.objects.filter(version__in=_keys(versions))),
        Part(DecisionCorrection.objects.filter(decision__in=_keys(decisions))),
    ]
    signatures = None
    if extent is Extent.APPROVED:
        of_rounds = signatures_on(versions, decisions, round_of="round")
        signatures = of_rounds | signatures_on(parts[-1].rows)
        authors = VersionAuthor.objects.filter(version__in=_keys(versions), removed_at=None)
        parts.append(latest(authors))
    else:
        parts += _work(procedure, versions, user)
    return Selection(
        kind="procedure",
        name=procedure.code,
        title=f"Quy trình {procedure.code} – {procedure.title}",
        parts=(*parts, *_references(procedure, versions)),
        signatures=signatures,
        note=_NOTES[extent],
        agency=procedure.agency.name,
    )


def _keys(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by().values("pk")


def _versions(procedure: Procedure, extent: Extent, user: Any) -> QuerySet[ProcedureVersion]:
    versions = ProcedureVersion.objects.filter(procedure=procedure)
    if user is not None:
        seen = Q(pk__in=_keys(may.visible_issued(user)))
        versions = versions.filter(seen | Q(pk__in=_keys(may.visible_drafts(user))))
    if extent is Extent.APPROVED:
        return versions.filter(status=VersionStatus.ISSUED)
    return versions if extent is Extent.WHOLE else versions.exclude(status__in=_UNFINISHED)


def _told(versions: QuerySet[ProcedureVersion], extent: Extent) -> QuerySet[Any]:
    """Return the history of the versions that the extent tells of."""
    history = history_of(versions)
    if extent is Extent.APPROVED:
        return history.filter(status__in=FROZEN_VERSION)
    return history if extent is Extent.WHOLE else history.exclude(status__in=_UNFINISHED)


def _facts(
    procedure: Procedure, versions: QuerySet[ProcedureVersion], extent: Extent
) -> QuerySet[Any]:
    """Return the history of the procedure itself; to who sees less, from the first version on."""
    history: Any = procedure.history.all()
    if extent is Extent.WHOLE:
        return history
    first = _told(versions, extent).order_by("history_date").first()
    before = history.order_by("-history_id")
    if first is not None:
        before = before.filter(history_date__lte=first.history_date)
    stood = before.values_list("history_id", flat=True).first() or 0
    return history.filter(history_id__gte=stood)


def _decisions(
    procedure: Procedure, versions: QuerySet[ProcedureVersion], extent: Extent, user: Any
) -> QuerySet[Decision]:
    named = DecisionItem.objects.filter(procedure=procedure)
    if extent is Extent.APPROVED:
        named = named.filter(Q(version=None) | Q(version__in=_keys(versions)), removed_at=None)
    decisions = Decision.objects.filter(pk__in=named.order_by().values("decision"))
    if user is not None:
        decisions = decisions.filter(pk__in=_keys(may.visible_decisions(user)))
    return decisions.filter(status__in=_PUBLISHED) if extent is Extent.APPROVED else decisions


def _published(decisions: QuerySet[Decision]) -> QuerySet[Any]:
    return history_of(decisions).filter(status__in=_PUBLISHED)


def _work(procedure: Procedure, versions: QuerySet[ProcedureVersion], user: Any) -> list[Part]:
    """Return what is done with a procedure: asked for, reviewed, read, handed out, granted."""
    keys = _keys(versions)
    requests = ChangeRequest.objects.filter(procedure=procedure)
    if user is not None:
        requests = requests.filter(pk__in=_keys(may.visible_change_requests(user)))
    reviews = Review.objects.filter(procedure=procedure)
    rows = ImpactRow.objects.filter(procedure=procedure)
    sheets = ImpactSheet.objects.filter(pk__in=rows.order_by().values("sheet"))
    told = DisseminationVersion.objects.filter(version__in=keys)
    meetings = Dissemination.objects.filter(pk__in=told.order_by().values("dissemination"))
    copies = PrintedCopy.objects.filter(version__in=keys)

    def named(field: str) -> Q:
        used = VersionTakesUp.objects.filter(version__in=keys)
        return Q(
            pk__in={
                *reviews.values_list(field, flat=True),
                *sheets.values_list(field, flat=True),
                *used.values_list(field, flat=True),
            }
            - {None}
        )

    return [
        Part(VersionAuthor.objects.filter(version__in=keys)),
        Part(requests),
        Part(reviews),
        Part(ReviewBatch.objects.filter(pk__in=reviews.order_by().values("batch"))),
        Part(rows),
        Part(sheets),
        latest(LegalChange.objects.filter(named("legal_change"))),
        latest(TTHCChange.objects.filter(named("tthc_change"))),
        Part(Acknowledgement.objects.filter(version__in=keys)),
        Part(told),
        Part(meetings),
        Part(DisseminationAttendee.objects.filter(dissemination__in=_keys(meetings))),
        Part(copies),
        Part(RecallRecord.objects.filter(pk__in=copies.order_by().values("record_of_end"))),
        Part(ProcedureGrant.objects.filter(content_object=procedure)),
        Part(VersionTakesUp.objects.filter(version__in=keys)),
    ]


def _references(procedure: Procedure, versions: QuerySet[ProcedureVersion]) -> list[Part]:
    """Return what the versions name: TTHC, documents, forms, who acts where."""
    links: dict[type[Model], QuerySet[Any]] = {
        model: model._default_manager.filter(version__in=_keys(versions))
        for model in (VersionTTHC, VersionBasis, VersionForm, StepDuty)
    }
    duties = links[StepDuty].order_by()
    forms = links[VersionForm].order_by().values("form")
    units = Q(pk__in=[procedure.agency_id, procedure.owner_id]) | Q(pk__in=duties.values("unit"))
    return [
        *(Part(rows) for rows in links.values()),
        latest(TTHC.objects.filter(pk__in=links[VersionTTHC].order_by().values("tthc"))),
        latest(
            LegalDocument.objects.filter(pk__in=links[VersionBasis].order_by().values("document"))
        ),
        latest(Form.objects.filter(pk__in=forms)),
        latest(FormIssue.objects.filter(form__in=forms)),
        latest(Unit.objects.filter(units)),
        latest(Position.objects.filter(pk__in=duties.values("position"))),
    ]
