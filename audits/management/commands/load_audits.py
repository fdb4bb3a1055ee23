"""`manage.py load_audits`: what audits need to know before the first one, once."""

import csv
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from audits.loading.clauses import load_clauses
from qms.organisation.models import User


class Command(BaseCommand):
    help = "Nạp điều khoản tiêu chuẩn từ fixtures/; chạy lại không ghi đè, không ghi trùng."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "fixtures" / "clauses.csv"
        with path.open(encoding="utf-8", newline="") as file:
            added = load_clauses(csv.DictReader(file), by=User.objects.system())
        self.stdout.write(
            f"Đã nạp {added} điều khoản tiêu chuẩn."
            if added
            else "Điều khoản tiêu chuẩn đã có đủ, không ghi thêm gì."
        )
