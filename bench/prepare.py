"""What `bench/run.py` needs of the database: a signed-in person, the pages, a longer list."""

import argparse
import csv
import io
import json
import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def main() -> None:
    """Print as JSON: an ISO secretary's session, the addresses to measure, the queries of each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tthc", type=int, default=0)
    length = parser.parse_args().tthc
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qms.settings")
    django.setup()
    if length:
        lengthen_catalogue(length)
    key, addresses = sign_in(), pages()
    prepared = {
        "cookie": f"{settings.SESSION_COOKIE_NAME}={key}",
        "pages": addresses,
        "queries": {name: queries(address, key) for name, address in addresses.items()},
    }
    json.dump(prepared, sys.stdout)


def sign_in() -> str:
    """Sign an ISO secretary in and return the key of the session."""
    grants = apps.get_model("organisation", "UnitGrant").objects
    person = grants.filter(permission__codename="iso_secretary").earliest("pk").user
    client = Client(HTTP_HOST="localhost")
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def queries(address: str, key: str) -> int:
    """Return how many queries the page asks; a first call has warmed what is kept in memory."""
    client = Client(HTTP_HOST="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def pages() -> dict[str, str]:
    """The addresses to measure, by what people call them."""
    period = apps.get_model("procedures", "InForcePeriod").objects.earliest("pk")
    version, procedure = period.version, period.procedure
    draft = apps.get_model("procedures", "ProcedureVersion").objects.filter(status="draft")
    tthc = version.tthc_links.earliest("pk").tthc
    audit = apps.get_model("audits", "Audit").objects.earliest("pk")
    sheet = apps.get_model("audits", "Nonconformity").objects.earliest("pk")
    edition = f"{procedure.get_absolute_url()}cac-lan-ban-hanh/{version.number_slug}/"
    return {
        "việc của tôi": "/",
        "thư viện": "/quy-trinh/",
        "trang đọc": procedure.get_absolute_url(),
        "tỷ lệ áp dụng": "/bao-phu/?ngay=30/06/2022",
        "danh mục TTHC": "/tthc/",
        "một TTHC": tthc.get_absolute_url(),
        "trang soạn": draft.earliest("pk").get_absolute_url(),
        "cuộc đánh giá": audit.get_absolute_url(),
        "phiếu đánh giá": f"{audit.get_absolute_url()}phieu/",
        "danh sách KPH": "/khong-phu-hop/",
        "một phiếu KPH": sheet.get_absolute_url(),
        "tổng hợp đánh giá": "/danh-gia/tong-hop/",
        "PDF đã giữ": f"{edition}ban-luu-goc/",
        "PDF dựng ngay": f"{edition}pdf/?ky-tay=1",
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
    call_command("import_tthc", str(path), wet_run=True, stdout=io.StringIO())


if __name__ == "__main__":
    main()
