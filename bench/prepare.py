"""What `bench/run.py` needs of the database: a signed-in person, the pages, a longer list."""

import argparse
import csv
import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

import qms.sqlite  # noqa: F401  before Django: it chooses the SQLite driver
import django
from django.apps import apps
from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command


def main() -> None:
    """Print the cookie of a signed-in ISO secretary and the addresses to measure, as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tthc", type=int, default=0)
    length = parser.parse_args().tthc
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qms.settings")
    django.setup()
    if length:
        with redirect_stdout(sys.stderr):
            lengthen_catalogue(length)
    json.dump({"cookie": cookie(), "pages": pages()}, sys.stdout)


def cookie() -> str:
    """Sign an ISO secretary in and return the cookie that says so."""
    grants = apps.get_model("organisation", "UnitGrant").objects
    person = grants.filter(permission__codename="iso_secretary").earliest("pk").user
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def pages() -> dict[str, str]:
    """The addresses to measure, by what people call them."""
    version = apps.get_model("procedures", "InForcePeriod").objects.earliest("pk").version
    return {
        "việc của tôi": "/",
        "thư viện": "/quy-trinh/",
        "trang đọc": version.procedure.get_absolute_url(),
        "PDF lập mới": f"{version.get_absolute_url()}pdf/?ky-tay=1",
        "bao phủ 2022": "/bao-phu/?ngay=30/06/2022",
        "danh mục TTHC": "/tthc/",
    }


def lengthen_catalogue(length: int) -> None:
    """Import as many TTHC as are missing to `length`, through the importer itself."""
    missing = length - apps.get_model("procedures", "TTHC").objects.count()
    path = Path(settings.VAR_DIR) / "tthc.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Thời hạn giải quyết"])
        for number in range(max(missing, 0)):
            name = f"Thủ tục đo tốc độ số {number} về giáo dục và đào tạo"
            rows.writerow([f"9.{number:06}", name, f"Lĩnh vực {number % 20}", "05 ngày làm việc"])
    call_command("import_tthc", str(path), wet_run=True)


if __name__ == "__main__":
    main()
