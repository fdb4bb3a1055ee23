"""Which tables the ledger tells of, and what the database refuses of them."""

from typing import Any

from django.apps import apps
from django.db import models

from qms.foundation.triggers import Trigger, never_changes
from qms.records.ledger.entries import LedgeredModel

_SAME_SIGNATURE = (
    "o.content_type_id = NEW.content_type_id AND o.object_id = NEW.object_id AND o.act = NEW.act "
    "AND o.round = NEW.round AND (o.act NOT IN ('prepared', 'confirmed') "
    "OR o.person_id = NEW.person_id)"
)


def histories() -> dict[type[models.Model], type[models.Model]]:
    """Return {model: model of its history rows} of all apps."""
    found: dict[type[models.Model], type[models.Model]] = {}
    for model in apps.get_models():
        history: Any = getattr(model, "history", None)
        if history is not None:
            found[model] = history.model
    return found


def ledgered() -> list[type[LedgeredModel]]:
    """Return the models without history rows that the ledger tells of itself."""
    return [model for model in apps.get_models() if issubclass(model, LedgeredModel)]


def triggers() -> list[Trigger]:
    """Return what keeps the ledger, histories, signatures and files as they were written."""
    made = [
        *never_changes("records_ledgerentry", "Sổ cái", key="seq", same="o.sha256 = NEW.sha256"),
        *never_changes("records_signature", "Chữ ký", same=_SAME_SIGNATURE),
        *never_changes("records_storedfile", "Tệp đã lưu", same="o.sha256 = NEW.sha256"),
    ]
    for history in histories().values():
        made += never_changes(history._meta.db_table, "Lịch sử thay đổi", key="history_id")
    return made
