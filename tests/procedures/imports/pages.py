"""Walk through the import page: upload, look, press a button."""

import re
from typing import Any

from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from qms.organisation.models import Unit
from tests.factories import Office

URL = "procedures:tthc-import"
LIST = (
    "Mã TTHC,Tên TTHC,Thời hạn,Lĩnh vực\n"
    "1.004494,Thành lập trường,7 ngày,Mầm non\n"
    "1.004555,Giải thể trường,9 ngày,Mầm non\n"
)
CONFLICT = LIST + "1.004555,Giải thể trường,3 ngày,Mầm non\n"


def signed_in(client: Client, user: Any) -> Client:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def upload(
    client: Client, unit: Unit, data: str | bytes = LIST, name: str = "danh-muc.csv", **typed: Any
) -> Any:
    content = data.encode() if isinstance(data, str) else data
    file = SimpleUploadedFile(name, content)
    return client.post(reverse(URL), {"file": file, "unit": unit.pk} | typed)


def press(client: Client, page: Any, step: str, **chosen: Any) -> Any:
    """Press a button of the preview with what was ticked."""
    data = {"token": page.context["upload"].token, "buoc": step} | chosen
    return client.post(reverse(URL), data)


def as_secretary(client: Client) -> tuple[Client, Unit]:
    office = Office()
    return signed_in(client, office.secretary), office.agency


def text_of(page: Any) -> str:
    shown = page.content.decode().partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", shown).split())


def messages_of(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]
