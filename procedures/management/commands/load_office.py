"""`manage.py load_office`: the real data of the first office, once."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from procedures.loading.facts import Facts
from procedures.loading.office import Loaded, load_facts
from qms.organisation.models import User


class Command(BaseCommand):
    help = "Nạp dữ liệu của cơ quan từ fixtures/; chạy lại không ghi đè, không ghi trùng."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--no-demo",
            action="store_true",
            help="bỏ qua người dùng thử và các quy trình do họ ký",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        demo = settings.LOAD_DEMO and not options["no_demo"]
        accounts = Path(settings.VAR_DIR) / "demo-accounts.txt"
        facts = Facts(settings.BASE_DIR / "fixtures")
        loaded = load_facts(facts, accounts=accounts, demo=demo)
        self.stdout.write(_summary(loaded))
        if demo and not accounts.exists() and User.objects.filter(unit_grants__gt=0).exists():
            self.stdout.write(
                f"Không còn tệp {accounts.name}; mật khẩu đã cấp không đọc lại được. "
                "Đặt lại bằng: python manage.py changepassword TÊN"
            )


def _summary(loaded: Loaded) -> str:
    if loaded.is_nothing:
        return "Dữ liệu của cơ quan đã có đủ, không ghi thêm gì."
    return (
        f"Đã nạp: {loaded.units} đơn vị, {loaded.positions} chức danh, {loaded.people} người dùng "
        f"thử, {loaded.tthc} TTHC, {loaded.legal_documents} văn bản, {loaded.legal_changes} thay "
        f"đổi văn bản, {loaded.procedures} quy trình."
    )
