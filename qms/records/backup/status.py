"""How the last backup went, for whoever asks whether this place is well looked after."""

import json
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from qms.foundation import disk
from qms.foundation.dates import LOCAL

NAME = "backup-status.json"


def tell(*, ok: bool, seq: int = 0, path: str = "") -> None:
    """Write down in `VAR_DIR` when a backup ended, and whether well; `seq` is its ledger head."""
    said = {
        "at": timezone.now().astimezone(LOCAL).isoformat(timespec="seconds"),
        "ok": ok,
        "seq": seq,
        "path": path,
    }
    disk.write_whole(Path(settings.VAR_DIR) / NAME, json.dumps(said).encode() + b"\n")
