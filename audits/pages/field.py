"""What the field page is told, as data: the snapshot a phone keeps, and the answers to what it
sends."""

import hashlib
import json
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse

from audits.actions.answering import Outcome
from audits.board import Cell, LastTime, Line, board_of
from audits.models import Audit, Evidence, ItemAnswer, Nonconformity, Result, SampledDossier
from audits.proposals import plannable_units
from audits.workflow import AuditStatus


def snapshot(request: HttpRequest, audit: Audit, *, can_answer: bool) -> dict[str, Any]:
    """Return all that filling the checklist needs without network; the same for the same state.

    `version` changes when anything of it does.
    """
    user: Any = request.user
    dossiers = audit.dossiers.standing().select_related("procedure").prefetch_related("handlers")
    units = plannable_units(audit.agency).existing(on=audit.day).order_by("path")
    body: dict[str, Any] = {
        "user": {"id": user.pk, "name": str(user)},
        "audit": {
            "slug": audit.slug,
            "number": audit.number,
            "title": audit.title,
            "status": audit.status,
            "status_label": audit.get_status_display(),
            "locked": audit.status != AuditStatus.UNDER_WAY or audit.report_signed_at is not None,
            "can_answer": can_answer,
            "url": reverse("audits:checklist", args=[audit.slug]),
        },
        "items": [_line(line, user.pk) for line in board_of(audit)],
        "dossiers": [_dossier(dossier) for dossier in dossiers],
        "units": [{"id": unit.pk, "name": str(unit)} for unit in units],
        "labels": {"results": dict(Result.choices), "unanswered": "Chưa trả lời"},
    }
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=False)
    version = hashlib.sha256(canonical.encode()).hexdigest()[:16]
    return body | {"version": version, "csrf": get_token(request)}


def _line(line: Line, user_id: int) -> dict[str, Any]:
    item = line.item
    return {
        "id": item.pk,
        "kind": item.kind,
        "kind_label": item.get_kind_display(),
        "group": line.group,
        "unit": str(item.unit) if item.unit else "",
        "version_label": item.version.number_text if item.version else "",
        "step_no": line.step_no,
        "row_text": item.row_text,
        "question": item.question,
        "expects": item.expects,
        "clause": item.clause,
        "clause_title": line.clause_title,
        "auditor": str(item.auditor.person) if item.auditor else "",
        "mine": bool(item.auditor and item.auditor.person_id == user_id),
        "url": item.get_absolute_url(),
        "result": line.result,
        "answer": answer_data(line.answer),
        "disputed": [answer_data(answer) for answer in line.disputed],
        "cells": [_cell(cell) for cell in line.cells],
        "last": _last(line.last),
        "open_kph": [_sheet(sheet) for sheet in line.sheets],
        "evidence": [evidence_data(evidence) for evidence in line.evidence],
        "confirmed": line.is_confirmed,
        "finding": line.findings[0].seq if line.findings else None,
        "finding_url": line.findings[0].get_absolute_url() if line.findings else "",
        "defaults": {"requirement": line.requirement},
    }


def answer_data(answer: ItemAnswer | None) -> dict[str, Any] | None:
    """Return an answer as the phone keeps it; `client_id` tells it its own."""
    if answer is None:
        return None
    return {
        "id": answer.pk,
        "client_id": str(answer.client_id),
        "dossier": answer.dossier_id,
        "result": answer.result,
        "result_label": answer.get_result_display() if answer.result else "Chưa trả lời",
        "note": answer.note,
        "is_verbal": answer.is_verbal,
        "seen_on": answer.seen_on.isoformat(),
        "by": str(answer.answered_by),
        "by_id": answer.answered_by_id,
        "at": answer.answered_at.isoformat(),
    }


def outcome_data(outcome: Outcome) -> dict[str, Any]:
    return {
        "state": outcome.state,
        "answer": answer_data(outcome.answer),
        "standing": answer_data(outcome.standing),
    }


def evidence_data(evidence: Evidence) -> dict[str, Any]:
    return {
        "id": evidence.pk,
        "client_id": str(evidence.client_id),
        "dossier": evidence.dossier_id,
        "url": reverse("audits:evidence-file", args=[evidence.pk]),
        "caption": str(evidence),
        "on": evidence.evidence_on.isoformat(),
        "is_picture": evidence.is_picture,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "dossier": cell.dossier.pk,
        "answer": answer_data(cell.answer),
        "disputed": [answer_data(answer) for answer in cell.disputed],
    }


def _last(last: LastTime | None) -> dict[str, Any] | None:
    if last is None:
        return None
    return {
        "result_label": last.result_label,
        "note": last.note,
        "on": last.on.isoformat(),
        "audit": last.audit.number,
    }


def _sheet(sheet: Nonconformity) -> dict[str, Any]:
    return {
        "number": sheet.number,
        "url": sheet.get_absolute_url(),
        "gap": sheet.gap,
        "status_label": sheet.get_status_display(),
    }


def _dossier(dossier: SampledDossier) -> dict[str, Any]:
    return {
        "id": dossier.pk,
        "code": dossier.code,
        "procedure": dossier.procedure.code,
        "received_on": dossier.received_on.isoformat(),
        "due_on": dossier.due_on.isoformat() if dossier.due_on else None,
        "returned_on": dossier.returned_on.isoformat() if dossier.returned_on else None,
        "is_late": dossier.is_late,
        "is_sheet_complete": dossier.is_sheet_complete,
        "handlers": [h.name for h in dossier.handlers.all() if h.removed_at is None],
    }
