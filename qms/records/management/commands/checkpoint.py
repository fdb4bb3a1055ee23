"""Sign the head of the ledger into the second place; `--make-key` makes the key it is signed by."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qms.organisation.models import AgencyProfile
from qms.records.ledger import checkpoints


class Command(BaseCommand):
    help = "Ký số đầu sổ cái và ghi vào nơi thứ hai (CHECKPOINT_DIR)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
        parser.add_argument(
            "--make-key", action="store_true", help="tạo khóa ký nếu chưa có, không ký gì"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["make_key"]:
                if not checkpoints.has_key():
                    self.stdout.write(f"Đã tạo khóa {checkpoints.make_key()}.")
                return
            made = checkpoints.make(agency=_agency())
        except checkpoints.CheckpointRefused as refusal:
            raise CommandError(refusal.messages[0]) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(checkpoints.tell(made), ensure_ascii=False))
        else:
            self.stdout.write(f"Đã ký mục {made.head} vào {checkpoints.folder() / made.name}.")


def _agency() -> str:
    profile = AgencyProfile.objects.order_by("unit__path").first()
    return str(profile) if profile else ""
