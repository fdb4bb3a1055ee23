"""Tables rebuilt from what a version says, for questions across procedures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from procedures.models.blanks import Form
from procedures.models.catalogue import TTHC, TTHCChange
from procedures.models.legal import LegalChange, LegalDocument
from qms.foundation.recorded import RecordedModel, kept_history
from qms.foundation.text import comparison_key
from qms.organisation.models import Position, Unit

if TYPE_CHECKING:
    from procedures.content import Content
    from procedures.models.versions import ProcedureVersion


class VersionAuthor(RecordedModel):
    """Somebody writes a version; named authors may edit it and may not review or approve it."""

    version = models.ForeignKey(
        "procedures.ProcedureVersion", models.PROTECT, related_name="author_links"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="authorships")
    removed_at = models.DateTimeField(null=True)
    history = kept_history()

    class Meta:
        verbose_name = "người soạn thảo"
        verbose_name_plural = "người soạn thảo"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "person"], name="version_author_once")
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.version}"


class VersionTTHC(models.Model):
    """A version covers a TTHC; rebuilt from the content."""

    version = models.ForeignKey(
        "procedures.ProcedureVersion", models.PROTECT, related_name="tthc_links"
    )
    tthc = models.ForeignKey(TTHC, models.PROTECT, related_name="version_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "tthc"], name="version_tthc_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.tthc_id}"


class VersionBasis(models.Model):
    """A version cites a legal document for a TTHC (none: for all); rebuilt from the content."""

    version = models.ForeignKey(
        "procedures.ProcedureVersion", models.PROTECT, related_name="basis_links"
    )
    document = models.ForeignKey(LegalDocument, models.PROTECT, related_name="version_links")
    tthc = models.ForeignKey(TTHC, models.PROTECT, related_name="+", null=True)
    is_direct = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "document", "tthc"], name="version_basis_once"
            ),
            models.UniqueConstraint(
                fields=["version", "document"],
                condition=Q(tthc__isnull=True),
                name="version_basis_for_all_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.document_id}"


class VersionForm(models.Model):
    """A version uses a form; rebuilt from the content."""

    version = models.ForeignKey(
        "procedures.ProcedureVersion", models.PROTECT, related_name="form_links"
    )
    form = models.ForeignKey(Form, models.PROTECT, related_name="version_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "form"], name="version_form_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.form_id}"


class StepDuty(models.Model):
    """A step of a version is the duty of a position; rebuilt from the content."""

    version = models.ForeignKey(
        "procedures.ProcedureVersion", models.PROTECT, related_name="duties"
    )
    step_key = models.CharField(max_length=16)
    position = models.ForeignKey(Position, models.PROTECT, related_name="duties")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "step_key"], name="step_duty_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.step_key}: {self.position_id}"


class VersionTakesUp(models.Model):
    """A version works in a change of a TTHC or of a basis; rebuilt from the content."""

    version = models.ForeignKey(
        "procedures.ProcedureVersion", models.PROTECT, related_name="taken_up_links"
    )
    tthc_change = models.ForeignKey(TTHCChange, models.PROTECT, related_name="+", null=True)
    legal_change = models.ForeignKey(LegalChange, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tthc_change__isnull=True) ^ Q(legal_change__isnull=True),
                name="takes_up_one_change",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id}"


LINKS = (VersionTTHC, VersionBasis, VersionForm, StepDuty, VersionTakesUp)


def rebuild_links(version: ProcedureVersion) -> None:
    """Make the link tables say what the version's content says; references unknown are left out.

    Call it in the transaction that stores the content.
    """
    document = version.document
    for table in LINKS:
        table._default_manager.filter(version=version).delete()
    tthc = {t.code: t for t in TTHC.objects.filter(code__in=_codes(document))}
    VersionTTHC.objects.bulk_create(
        VersionTTHC(version=version, tthc=tthc[code])
        for code in dict.fromkeys(c.code for c in document.tthc)
        if code in tthc
    )
    _link_bases(version, document, tthc)
    _link_forms(version, document)
    _link_duties(version, document)
    _link_taken_up(version, document)


def _codes(document: Content) -> set[str]:
    named = {code for basis in document.bases for code in basis.tthc}
    return named | {covered.code for covered in document.tthc}


def _link_bases(version: ProcedureVersion, document: Content, tthc: dict[str, TTHC]) -> None:
    numbers = {comparison_key(basis.number) for basis in document.bases}
    known = {d.number_key: d for d in LegalDocument.objects.filter(number_key__in=numbers)}
    VersionBasis.objects.bulk_create(_bases(version, document, tthc, known))


def _bases(
    version: ProcedureVersion,
    document: Content,
    tthc: dict[str, TTHC],
    known: dict[str, LegalDocument],
) -> list[VersionBasis]:
    rows: dict[tuple[int, int | None], bool] = {}
    for basis in document.bases:
        cited = known.get(comparison_key(basis.number))
        if cited is None:
            continue
        named: list[int | None] = [tthc[code].pk for code in basis.tthc if code in tthc]
        for key in named or [None]:
            row = (cited.pk, key)
            rows[row] = rows.get(row, False) or basis.kind == "direct"
    return [
        VersionBasis(version=version, document_id=cited_id, tthc_id=tthc_id, is_direct=direct)
        for (cited_id, tthc_id), direct in rows.items()
    ]


def link_document(cited: LegalDocument) -> None:
    """Tie the versions that cite `cited`, which has just come into the register, to it.

    The database lets a frozen version be tied to what its content names to the letter, and to
    nothing else; another spelling of the number is tied by its next version.
    """
    versions: Any = VersionBasis._meta.get_field("version").related_model._default_manager
    tied = VersionBasis.objects.filter(document=cited).values("version")
    naming = versions.filter(content__contains=cited.number).exclude(pk__in=tied)
    rows: list[VersionBasis] = []
    for version in naming.select_related("procedure"):
        document: Content = version.document
        if any(basis.number == cited.number for basis in document.bases):
            tthc = {t.code: t for t in TTHC.objects.filter(code__in=_codes(document))}
            rows += _bases(version, document, tthc, {cited.number_key: cited})
    VersionBasis.objects.bulk_create(rows)


def _link_forms(version: ProcedureVersion, document: Content) -> None:
    keys = {Form.key_of(f.kind, f.code, f.name, f.source) for f in document.forms}
    found = Form.objects.filter(agency_id=version.procedure.agency_id, ref_key__in=keys)
    VersionForm.objects.bulk_create(VersionForm(version=version, form=form) for form in found)


def _link_duties(version: ProcedureVersion, document: Content) -> None:
    names = {step.position for step in document.steps if step.position}
    positions = {p.name: p for p in Position.objects.filter(name__in=names)}
    codes = {step.unit_code for step in document.steps if step.unit_code}
    units = {u.code: u for u in Unit.objects.filter(code__in=codes)}
    StepDuty.objects.bulk_create(
        StepDuty(
            version=version,
            step_key=step.key,
            position=positions[step.position],
            unit=units.get(step.unit_code),
        )
        for step in document.steps
        if step.position in positions
    )


def _link_taken_up(version: ProcedureVersion, document: Content) -> None:
    rows = []
    for taken in document.taken_up:
        if taken.kind == "tthc":
            change = TTHCChange.objects.filter(
                tthc__code=taken.subject,
                kind=taken.change,
                effective_on=taken.effective_on,
                is_void=False,
            ).first()
            if change:
                rows.append(VersionTakesUp(version=version, tthc_change=change))
        else:
            legal = LegalChange.objects.filter(
                document__number_key=comparison_key(taken.subject),
                kind=taken.change,
                effective_on=taken.effective_on,
                is_void=False,
            ).first()
            if legal:
                rows.append(VersionTakesUp(version=version, legal_change=legal))
    VersionTakesUp.objects.bulk_create(rows)
