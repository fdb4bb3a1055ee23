"""Find files that no row knows, and remove them where that is asked."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from qms.records.sweeping import sweep


class Command(BaseCommand):
    help = "Tìm tệp không thuộc hồ sơ nào, cũ hơn một ngày; chỉ xóa khi có --delete."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--delete", action="store_true", help="xóa các tệp tìm thấy")
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = sweep(is_deleting=options["delete"], now=timezone.now())
        names = [str(path.relative_to(settings.MEDIA_ROOT)) for path in found.orphans]
        told = {
            "kept": found.kept,
            "fresh": found.fresh,
            "orphans": names,
            "bytes": found.bytes,
            "removed": found.removed,
        }
        if options["json"]:
            self.stdout.write(json.dumps(told))
            return
        for name in names:
            self.stdout.write(name)
        self.stdout.write(
            f"{found.kept} tệp có hồ sơ, {found.fresh} tệp mới chưa có hồ sơ,"
            f" {len(names)} tệp thừa ({found.bytes} byte), đã xóa {found.removed}."
        )
