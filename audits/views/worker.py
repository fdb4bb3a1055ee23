"""The field page, and the service worker that opens it where there is no network.

What the page shows and sends goes through `audits.views.field`.
"""

import hashlib
import json
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from audits.models import Result
from audits.permissions.audits import membership, visible_audits
from qms.http import UserRequest

# Everything that templates/audits/field.html loads; a test compares.
FILES = (
    "app.css",
    "favicon.svg",
    "vendor/bootstrap/bootstrap.min.css",
    "vendor/idb/umd.js",
    "vendor/lucide/sprite.svg",
    "field/leaving.js",
    "field/queue.js",
    "field/sending.js",
    "field/drawing.js",
    "field/sheets.js",
    "field/app.js",
)
RESULTS = (
    (Result.CONFORM, "circle-check"),
    (Result.NONCONFORM, "circle-x"),
    (Result.OBSERVATION, "circle-alert"),
    (Result.NOT_APPLICABLE, "circle-minus"),
)
DRAWN = (  # icons that the scripts draw
    "camera",
    "circle-alert",
    "circle-check",
    "circle-dashed",
    "circle-minus",
    "circle-x",
    "clock",
    "list-filter",
    "paperclip",
    "refresh-cw",
    "triangle-alert",
    "users",
    "wifi-off",
)


@require_safe
@ensure_csrf_cookie
def field(request: UserRequest, slug: str) -> HttpResponse:
    """Show the checklist of an audit to its team, one question a screen."""
    audit = visible_audits(request.user).filter(slug=slug).first()
    if audit is None:
        raise Http404
    if membership(request.user, audit) is None:
        raise PermissionDenied
    addresses = {
        "user": request.user.pk,
        "name": str(request.user),
        "audit": audit.slug,
        "data": reverse("audits:field-data", args=[audit.slug]),
        "sync": reverse("audits:field-sync", args=[audit.slug]),
        "upload": reverse("audits:field-upload", args=[audit.slug]),
        "worker": reverse("audits:service-worker"),
    }
    context = {
        "audit": audit,
        "person": request.user,
        "addresses": addresses,
        "results": [(result.value, result.label, icon) for result, icon in RESULTS],
        "drawn": DRAWN,
    }
    return render(request, "audits/field.html", context)


@login_not_required  # holds nothing of anybody, and is asked for after a session ended too
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Give the worker the files of this version; from here its scope is all of /danh-gia/."""
    files = [static(name) for name in FILES]
    settings = json.dumps({"version": _version(files), "files": files})
    script = f"self.FIELD = {settings};\nimportScripts({json.dumps(static('field/worker.js'))});\n"
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def _version(addresses: list[str]) -> str:
    """Return what changes with any of the files, in an address or in the file itself."""
    digest = hashlib.sha256("\n".join(addresses).encode())
    for name in (*FILES, "field/worker.js"):
        path = finders.find(name)
        if path:
            digest.update(Path(path).read_bytes())
    return digest.hexdigest()[:16]
