"""Photos and files that show what was seen or done; the original is kept, a copy is shown."""

import functools
import operator

from django.conf import settings
from django.db import models
from django.db.models import Q

from audits.models.checklist import ChecklistItem, SampledDossier
from audits.models.findings import Finding
from audits.models.nonconformities import Nonconformity
from audits.models.treatment import CorrectiveAction
from audits.workflow import NonconformityStatus
from qms.foundation.recorded import RecordedModel, kept_history
from qms.records.models import StoredFile

_OWNERS = ("item", "finding", "nonconformity", "action")


def _exactly_one() -> Q:
    ways = [Q(**{f"{owner}__isnull": owner != chosen for owner in _OWNERS}) for chosen in _OWNERS]
    return functools.reduce(operator.or_, ways)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def standing(self) -> "EvidenceQuerySet":
        return self.filter(withdrawn_at=None)


class Evidence(RecordedModel):
    """A photo or a file, of exactly one thing, with the day it shows.

    `original` is what was sent, byte by byte; `shown` is a picture made anew from it without
    place, device or remarks, or the original itself where it is no picture.
    """

    item = models.ForeignKey(
        ChecklistItem, models.PROTECT, related_name="evidence", null=True, blank=True
    )
    dossier = models.ForeignKey(
        SampledDossier, models.PROTECT, related_name="evidence", null=True, blank=True
    )
    finding = models.ForeignKey(
        Finding, models.PROTECT, related_name="evidence", null=True, blank=True
    )
    nonconformity = models.ForeignKey(
        Nonconformity, models.PROTECT, related_name="evidence", null=True, blank=True
    )
    action = models.ForeignKey(
        CorrectiveAction, models.PROTECT, related_name="evidence", null=True, blank=True
    )
    client_id = models.UUIDField(unique=True)
    caption = models.CharField("chú thích", max_length=255, blank=True)
    evidence_on = models.DateField("ngày của bằng chứng")
    original = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    shown = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    is_picture = models.BooleanField(default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_reason = models.TextField(blank=True)
    history = kept_history()
    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "bằng chứng"
        verbose_name_plural = "bằng chứng"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=_exactly_one(), name="evidence_of_one_thing")
        ]

    def __str__(self) -> str:
        return self.caption or self.original.label

    @property
    def is_withdrawable(self) -> bool:
        """Tell whether a sheet still lets go of it: not settled, nor its action verified."""
        action = self.action
        sheet = action.nonconformity if action is not None else self.nonconformity
        if sheet is None:
            return True
        is_judged = action is not None and (
            action.round != sheet.round or sheet.status == NonconformityStatus.VERIFIED
        )
        return not (is_judged or sheet.is_settled)
