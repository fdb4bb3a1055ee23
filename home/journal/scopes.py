"""Which entries of the ledger a person may know of: by the record that decides on each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

from audits.models import Audit, AuditProgramme, Nonconformity
from audits.permissions.audits import visible_audits
from audits.permissions.nonconformities import visible_nonconformities
from audits.permissions.programmes import visible_programmes
from home.people.reach import administered_people
from procedures.models import Decision, Procedure
from procedures.permissions import visible_procedures
from qms.organisation.models import Post, Unit, User, units_of
from qms.organisation.roles import Role

Seen = Callable[[Any], QuerySet[Any]]


def _kept(user: Any) -> QuerySet[Unit]:
    return units_of(user, Role.ISO_SECRETARY)


def _procedures(user: Any) -> QuerySet[Any]:
    return visible_procedures(user).filter(owner__in=_kept(user))


def _decisions(user: Any) -> QuerySet[Any]:
    return Decision.objects.filter(agency__in=_kept(user))


def _programmes(user: Any) -> QuerySet[Any]:
    return visible_programmes(user).filter(agency__in=_kept(user))


def _audits(user: Any) -> QuerySet[Any]:
    return visible_audits(user).filter(agency__in=_kept(user))


def _told_audits(user: Any) -> QuerySet[Any]:
    """What an audit found is its team's until the closing meeting."""
    return _audits(user).exclude(closing_held_on=None)


def _nonconformities(user: Any) -> QuerySet[Any]:
    return visible_nonconformities(user).filter(agency__in=_kept(user))


def _administered(user: Any) -> QuerySet[Unit]:
    return units_of(user, Role.SYSTEM_ADMIN)


def _units(user: Any) -> QuerySet[Any]:
    return Unit.objects.filter(Q(pk__in=_kept(user)) | Q(pk__in=_administered(user)))


def _colleagues(user: Any) -> QuerySet[Any]:
    return User.objects.filter(pk__in=Post.objects.filter(unit__in=_kept(user)).values("person"))


@dataclass(frozen=True)
class Scope:
    """How one finds from a record the one that decides: `way` is a lookup, empty for itself.

    `root` is the model that is named on the page; None names the record itself. `seen` gives the
    deciding records that a person may know of; None lets every reader of the journal know.
    """

    way: str = ""
    seen: Seen | None = None
    root: type[models.Model] | None = None


_OF_PROCEDURE = ("procedures", _procedures, Procedure)
_SHARED = Scope()
_AGENCY = Scope("agency", _kept)


def _ways(seen: Seen, root: type[models.Model] | None, ways: Mapping[str, str]) -> dict[str, Scope]:
    return {label: Scope(way, seen, root) for label, way in ways.items()}


# By the label of the model. A model with history that is missing here fails a test.
SCOPES: dict[str, Scope] = {
    **_ways(
        _procedures,
        Procedure,
        {
            "procedures.Procedure": "",
            "procedures.ProcedureVersion": "procedure",
            "procedures.VersionAuthor": "version__procedure",
            "procedures.InForcePeriod": "procedure",
            "procedures.ChangeRequest": "procedure",
            "procedures.Acknowledgement": "version__procedure",
            "procedures.DisseminationVersion": "version__procedure",
            "procedures.PrintedCopy": "version__procedure",
            "procedures.ProcedureGrant": "content_object",
            "procedures.Review": "procedure",
            "procedures.ImpactRow": "procedure",
            "procedures.BundleDraft": "version__procedure",
            "procedures.Rendition": "version__procedure",
        },
    ),
    **_ways(
        _decisions,
        Decision,
        {
            "procedures.Decision": "",
            "procedures.DecisionItem": "decision",
            "procedures.DecisionCorrection": "decision",
        },
    ),
    **_ways(
        _kept,
        None,
        {
            "procedures.Form": "agency",
            "procedures.FormIssue": "form__agency",
            "procedures.DraftBundle": "agency",
            "procedures.OrganisationChange": "bundle__agency",
            "procedures.Dissemination": "agency",
            "procedures.DisseminationAttendee": "dissemination__agency",
            "procedures.RecallRecord": "agency",
            "procedures.ImpactSheet": "agency",
            "procedures.ReviewBatch": "agency",
            "procedures.DocumentSettings": "agency",
            "procedures.FieldAssignment": "agency",
            "records.Mandate": "agency",
            "procedures.WordImport": "agency",
            "procedures.YearPaper": "agency",
            "procedures.Declaration": "agency",
            "procedures.DeclaredTTHC": "declaration__agency",
            "procedures.Responsibility": "unit",
            "procedures.Exclusion": "responsibility__unit",
            "procedures.ImportRun": "unit",
            "audits.AuditSettings": "agency",
        },
    ),
    **{
        f"procedures.{name}": _SHARED
        for name in ("Field", "TTHC", "TTHCChange", "LegalDocument", "LegalChange")
    },
    "audits.Clause": _SHARED,
    **_ways(
        _programmes,
        AuditProgramme,
        {"audits.AuditProgramme": "", "audits.ProgrammeLine": "programme"},
    ),
    **_ways(
        _audits,
        Audit,
        {
            "audits.Audit": "",
            "audits.AuditSubject": "audit",
            "audits.AuditMember": "audit",
            "audits.AuditGrant": "content_object",
            "audits.AuditSession": "audit",
            "audits.SessionAuditor": "session__audit",
            "audits.Attendance": "session__audit",
            "audits.AuditPaper": "audit",
        },
    ),
    **_ways(
        _told_audits,
        Audit,
        {
            "audits.ChecklistItem": "audit",
            "audits.SampledDossier": "audit",
            "audits.DossierHandler": "dossier__audit",
            "audits.Finding": "audit",
            "audits.ItemAnswer": "item__audit",
            "audits.SiteConfirmation": "item__audit",
            "audits.Evidence": "item__audit",  # that of a finding or a sheet is told with these
        },
    ),
    **_ways(
        _nonconformities,
        Nonconformity,
        {
            "audits.Nonconformity": "",
            "audits.Treatment": "nonconformity",
            "audits.CorrectiveAction": "nonconformity",
            "audits.DueExtension": "nonconformity",
            "audits.EffectivenessCheck": "nonconformity",
            "audits.NonconformityMove": "nonconformity",
        },
    ),
    "audits.AuditorCertificate": Scope("person", _colleagues),
    "organisation.Unit": Scope("", _units),
    "organisation.Position": _SHARED,
    "organisation.AgencyProfile": Scope("unit", _units),
    "organisation.Post": Scope("unit", _units),
    "organisation.UnitGrant": Scope("content_object", _administered),
    "organisation.User": Scope("", administered_people),
    "records.StoredFile": Scope("stored_by", _colleagues),
}


def scoped_models() -> dict[str, tuple[type[models.Model], Scope]]:
    """Return {table: (model, scope)} of all that the journal can tell of."""
    found = {}
    for label, scope in SCOPES.items():
        model = apps.get_model(label)
        found[model._meta.db_table] = (model, scope)
    return found
