"""`manage.py load_audits`: what audits need before the first one, and a made-up one, once."""

import csv
from argparse import ArgumentParser
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand

from audits.loading.cast import Cast
from audits.loading.clauses import load_clauses
from audits.loading.demonstration import load_demonstration
from procedures.loading.facts import Facts
from qms.organisation.models import User

FOLDER = settings.BASE_DIR / "fixtures"


class Command(BaseCommand):
    help = (
        "Nạp điều khoản tiêu chuẩn và cuộc đánh giá minh họa từ fixtures/; "
        "chạy lại không ghi đè, không ghi trùng."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="bỏ qua cuộc đánh giá minh họa")

    def handle(self, *args: Any, **options: Any) -> None:
        with (FOLDER / "clauses.csv").open(encoding="utf-8", newline="") as file:
            added = load_clauses(csv.DictReader(file), by=User.objects.system())
        self.stdout.write(
            f"Đã nạp {added} điều khoản tiêu chuẩn."
            if added
            else "Điều khoản tiêu chuẩn đã có đủ, không ghi thêm gì."
        )
        if settings.LOAD_DEMO and not options["no_demo"]:
            self.stdout.write(_demonstrate())


def _demonstrate() -> str:
    facts = yaml.safe_load((FOLDER / "audits.yaml").read_text(encoding="utf-8"))
    cast = Cast.of(Facts(FOLDER), facts)
    if cast is None:
        return "Chưa có người dùng thử và quy trình của load_office: bỏ qua cuộc đánh giá minh họa."
    loaded = load_demonstration(facts, cast)
    if loaded.is_nothing:
        return "Cuộc đánh giá minh họa đã có đủ, không ghi thêm gì."
    return (
        f"Đã nạp minh họa: {loaded.certificates} chứng chỉ, {loaded.programmes} kế hoạch năm, "
        f"{loaded.audits} cuộc đánh giá, {loaded.nonconformities} phiếu KPH."
    )
