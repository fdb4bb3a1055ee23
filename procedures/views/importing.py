"""Import a list of TTHC: choose, look at what it would do, carry it out."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from procedures import permissions as may
from procedures.answers import explain
from procedures.forms.importing import ImportForm
from procedures.imports.carry_out import ImportFile, import_list
from procedures.imports.plan import ImportPlan, Terms, plan_import
from procedures.imports.table import read_table
from qms.http import UserRequest
from qms.organisation.models import Unit, units_of
from qms.organisation.roles import Role
from qms.records import files
from qms.records.models import StoredFile

_SALT = "tthc-import"
_VALID_SECONDS = 12 * 60 * 60


@dataclass(frozen=True)
class Upload:
    """A list that was looked at and waits to be carried out; travels signed in the page."""

    sha256: str
    name: str
    unit: str
    terms: Terms

    def token(self, digest: str) -> str:
        day = self.terms.effective_on.isoformat() if self.terms.effective_on else ""
        kept = [self.sha256, self.name, self.unit, self.terms.decision_no, day, digest]
        return signing.dumps(kept, salt=_SALT)

    @classmethod
    def of(cls, token: str) -> tuple["Upload", str]:
        """Return the upload and the digest of the plan shown. Raises signing.BadSignature."""
        sha256, name, unit, decision, day, digest = signing.loads(
            token, salt=_SALT, max_age=_VALID_SECONDS
        )
        effective = dt.date.fromisoformat(day) if day else None
        return cls(sha256, name, unit, Terms(decision, effective)), digest


@require_http_methods(["GET", "POST"])
def tthc_import(request: UserRequest) -> HttpResponse:
    units = units_of(request.user, Role.ISO_SECRETARY).order_by("path")
    if not may.can_start(request.user):
        raise PermissionDenied
    if "token" in request.POST:
        return _decide(request, units)
    form = ImportForm(request.POST or None, request.FILES or None, units=units)
    if form.is_valid():
        try:
            plan = plan_import(read_table(form.source.data, form.source.name), form.terms())
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            kept = _keep(form.source, request)
            unit: Unit = form.cleaned_data["unit"]
            upload = Upload(kept.sha256, form.source.name, unit.code, form.terms())
            return _preview(request, upload, plan)
    status = 422 if form.errors else 200
    return render(request, "procedures/tthc_import.html", {"form": form}, status=status)


def _keep(source: ImportFile, request: UserRequest) -> StoredFile:
    kind = "csv" if source.name.casefold().endswith(".csv") else "xlsx"
    return files.store(source.data, source.name, kind=kind, by=request.user)


def _decide(request: UserRequest, units: Any) -> HttpResponse:
    """Carry out what was shown, or show it anew with the rows left out."""
    try:
        upload, digest = Upload.of(request.POST["token"])
    except signing.BadSignature:
        lost = ValidationError("Phiên xem trước đã hết hạn. Hãy chọn lại tệp.")
        return explain(request, redirect("procedures:tthc-import"), lost)
    unit = units.filter(code=upload.unit).first()
    if unit is None:
        raise PermissionDenied
    left_out = frozenset(request.POST.getlist("bo"))
    upload = replace(upload, terms=replace(upload.terms, leave_out=left_out))
    stored = StoredFile.objects.get(sha256=upload.sha256)
    source = ImportFile(files.read(stored), upload.name)
    plan = plan_import(read_table(source.data, source.name), upload.terms)
    if request.POST.get("buoc") != "nhap" or plan.is_blocked:
        return _preview(request, upload, plan, is_refused=request.POST.get("buoc") == "nhap")
    if _digest(plan) != digest and not left_out:
        return _preview(request, upload, plan, has_moved=True)
    try:
        done = import_list(source, upload.terms, unit=unit, by=request.user)
    except ValidationError as refusal:
        return explain(request, redirect("procedures:tthc-import"), refusal)
    counts = done.counts()
    said = f"Đã nhập danh mục: {counts['new']} TTHC mới, {counts['changed']} thay đổi, "
    return explain(
        request, redirect("procedures:tthc-list"), f"{said}{counts['unchanged']} không đổi."
    )


def _digest(plan: ImportPlan) -> str:
    text = json.dumps(plan.as_json(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _preview(
    request: UserRequest,
    upload: Upload,
    plan: ImportPlan,
    *,
    is_refused: bool = False,
    has_moved: bool = False,
) -> HttpResponse:
    context = {
        "plan": plan,
        "upload": upload,
        "token": upload.token(_digest(plan)),
        "counts": plan.counts(),
        "left_out": upload.terms.leave_out,
        "new": [row for row in plan.rows if row.kind == "new"],
        "changed": [(row, _changes(row)) for row in plan.rows if row.kind == "changed"],
        "is_refused": is_refused,
        "has_moved": has_moved,
    }
    status = 422 if is_refused else 200
    return render(request, "procedures/tthc_import_preview.html", context, status=status)


_LABELS = {
    "name": "Tên",
    "field": "Lĩnh vực",
    "level": "Cấp thực hiện",
    "executing_agency": "Cơ quan thực hiện",
    "limit_text": "Thời hạn",
    "fee": "Phí, lệ phí",
    "online_level": "Mức độ trực tuyến",
    "receiving_place": "Nơi tiếp nhận",
    "legal_basis": "Căn cứ pháp lý",
    "decision_no": "Quyết định công bố",
    "source_url": "Nguồn",
    "is_verified": "Kiểm chứng",
    "verification_note": "Ghi chú kiểm chứng",
    "agency_suffix": "Hậu tố mã",
}


def _changes(row: Any) -> list[tuple[str, Any, Any]]:
    """Return (what, before, after) of each fact that a person reads."""
    if row.is_ending:
        return [("Tình trạng", "còn hiệu lực", "bị bãi bỏ")]
    return [
        (_LABELS[key], _worded(row.before[key]), _worded(value))
        for key, value in row.values.items()
        if key in _LABELS
    ]


def _worded(value: Any) -> str:
    if isinstance(value, bool):
        return "đã kiểm chứng" if value else "chưa kiểm chứng"
    return str(value) or "(trống)"
