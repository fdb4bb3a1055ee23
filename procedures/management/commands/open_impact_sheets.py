"""Open the impact sheets that are missing: `python manage.py open_impact_sheets`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from procedures.actions import open_impact_sheets
from procedures.models import ImpactRow, ImpactSheet, LegalChange, TTHCChange
from qms.organisation.models import User


class Command(BaseCommand):
    help = (
        "Lập phiếu đánh giá tác động cho mọi thay đổi văn bản, thay đổi TTHC chưa có phiếu; "
        "chạy lại không ghi thêm gì."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--by", help="tên đăng nhập của người lập; mặc định là hệ thống")

    def handle(self, *args: Any, by: str | None = None, **options: Any) -> None:
        user = User.objects.get(username=by) if by else User.objects.system()
        before = ImpactSheet.objects.count(), ImpactRow.objects.count()
        changes: list[LegalChange | TTHCChange] = [
            *LegalChange.objects.filter(is_void=False).select_related("document", "by_document"),
            *TTHCChange.objects.filter(is_void=False).select_related("tthc"),
        ]
        open_impact_sheets(changes, by=user)
        sheets = ImpactSheet.objects.count() - before[0]
        rows = ImpactRow.objects.count() - before[1]
        self.stdout.write(f"Đã lập {sheets} phiếu, thêm {rows} dòng.")
