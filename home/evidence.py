"""Everything that is recorded, of all agencies, as one evidence package."""

from django.apps import apps

from qms.organisation.models import User
from qms.records.evidence.selecting import Part, Selection
from qms.records.ledger.entries import LedgeredModel
from qms.records.ledger.kept import histories
from qms.records.models import Signature, StoredFile

_LINKED = ("procedures", "audits")  # whose tables without history are drawn from contents
_BY_THEMSELVES = (User, Signature, StoredFile)


def everything() -> Selection:
    """Return all records with all history; of people only what names them."""
    kept = histories()
    models = [
        model
        for model in apps.get_models()
        if model in kept
        or issubclass(model, LedgeredModel)
        or (model._meta.app_label in _LINKED and model not in kept.values())
    ]
    return Selection(
        kind="all",
        name="all",
        title="Toàn bộ hồ sơ của hệ thống",
        parts=tuple(
            Part(model._base_manager.all()) for model in models if model not in _BY_THEMSELVES
        ),
        signatures=Signature.objects.all(),
        note="mọi cơ quan, trừ tài khoản người dùng và quyền quản trị",
    )
