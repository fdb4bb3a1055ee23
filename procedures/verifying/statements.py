"""Signatures on reviews, exclusions and withdrawals, against the statement that was signed.

Such a statement holds names and codes of other records as they were called then. Where one of them
was called otherwise at any time, the signature is compared with the ledger alone.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from procedures.actions.reviews import batch_statement
from procedures.actions.withdrawing import withdrawal_sha256
from procedures.models import (
    TTHC,
    Decision,
    Exclusion,
    ImpactSheet,
    LegalChange,
    LegalDocument,
    Procedure,
    Review,
    ReviewBatch,
    TTHCChange,
)
from procedures.verifying.contents import has_changed
from procedures.workflow import DecisionStatus
from qms.organisation.models import User
from qms.records.models import Signature
from qms.records.verifying.found import CHUNK, Difference, Report

_SIGNATURES = Signature._meta.db_table
_SIGNED_OTHER = "Chữ ký không phải trên nội dung này."


def check_statements(report: Report) -> Iterator[Difference]:
    """Each such signature is on what its record states."""
    batches = ReviewBatch.objects.select_related(
        "reviewed_by",
        "sheet__legal_change__document",
        "sheet__legal_change__by_document",
        "sheet__tthc_change",
    )
    for batch in batches.order_by("pk").iterator(chunk_size=CHUNK):
        reviews = Review.objects.filter(batch=batch).select_related("procedure")
        procedures = [review.procedure for review in reviews]
        if not _batch_was_renamed(batch, [procedure.pk for procedure in procedures]):
            text = batch_statement(batch, procedures)
            yield from _others(batch, hashlib.sha256(text.encode()).hexdigest())
    accepted = Exclusion.objects.filter(accepted_at__isnull=False)
    for exclusion in accepted.select_related("responsibility__tthc").order_by("pk"):
        if not has_changed(TTHC, [exclusion.responsibility.tthc_id], "code"):
            yield from _others(exclusion, exclusion.statement_sha256())
    withdrawn = Decision.objects.filter(status=DecisionStatus.WITHDRAWN)
    for decision in withdrawn.order_by("pk").iterator(chunk_size=CHUNK):
        procedures = [item.procedure for item in decision.standing_items()]
        if not has_changed(Procedure, [procedure.pk for procedure in procedures], "code"):
            signed = withdrawal_sha256(decision, _why_withdrawn(decision))
            yield from _others(decision, signed, act=Signature.Act.CONFIRMED)


def _others(record: Any, sha256: str, **given: Any) -> Iterator[Difference]:
    other = Signature.objects.on(record).filter(**given).exclude(sha256=sha256)
    for key in other.values_list("pk", flat=True):
        yield Difference("signature", _SIGNED_OTHER, _SIGNATURES, str(key), "sha256")


def _batch_was_renamed(batch: ReviewBatch, procedures: list[int]) -> bool:
    sheet = batch.sheet
    legal, tthc = (sheet.legal_change, sheet.tthc_change) if sheet else (None, None)
    documents = [legal.document_id, legal.by_document_id] if legal else []
    return any(
        has_changed(model, keys, column)
        for model, keys, column in (
            (Procedure, procedures, "code"),
            (User, [batch.reviewed_by_id], "username"),
            (ImpactSheet, [batch.sheet_id], "number"),
            (LegalDocument, documents, "number"),
            (LegalChange, [legal.pk if legal else None], "kind"),
            (LegalChange, [legal.pk if legal else None], "by_document"),
            (TTHCChange, [tthc.pk if tthc else None], "kind"),
            (TTHCChange, [tthc.pk if tthc else None], "decision_no"),
        )
    )


def _why_withdrawn(decision: Decision) -> str:
    """Return the reason as it was given; it stands in the history alone."""
    rows = decision.history.filter(status=DecisionStatus.WITHDRAWN).order_by("history_id")
    said = rows.values_list("history_change_reason", flat=True).first()
    return str(said or "").removeprefix("Thu hồi: ")
