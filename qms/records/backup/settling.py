"""Looks at a restored place from inside and completes it; run as a process of its own.

`python -m qms.records.backup.settling MANIFEST`, with the settings of that place, prints JSON:
what is wrong, as sentences, or the new head of the ledger.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qms.settings")
django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402  needs loaded apps
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

from qms.foundation import disk, dumps  # noqa: E402
from qms.organisation.models import User  # noqa: E402
from qms.records import jobs  # noqa: E402
from qms.records.backup.manifest import Manifest, parse  # noqa: E402
from qms.records.ledger import checkpoints  # noqa: E402
from qms.records.ledger.canonical import compact  # noqa: E402
from qms.records.ledger.entries import Entry, Head, LedgerEntry  # noqa: E402
from qms.records.verifying import verify  # noqa: E402


def main(path: Path) -> None:
    """Print what is wrong, or what the place is now like."""
    manifest = parse(path.read_text(encoding="utf-8"))
    notes: list[str] = []
    wrong = list(_unlike(manifest))
    if not wrong:
        notes += _migrate()
        wrong += _differences(manifest)
    newer = _newer(manifest)
    if newer:
        notes.append(_told_of(newer, manifest.head.seq))
    head = Head() if wrong else _complete(manifest, disk.sha256_of(path), newer)
    connection.close()
    said = {"wrong": wrong, "notes": notes, "seq": head.seq, "sha256": head.sha256}
    sys.stdout.write(json.dumps(said, ensure_ascii=False))


def _unlike(manifest: Manifest) -> list[str]:
    """Return the tables that do not hold what the manifest says."""
    found = dumps.tables()
    return [
        f"Bảng {name} không giống như khi sao lưu."
        for name in sorted(found.keys() | manifest.tables.keys())
        if found.get(name) != manifest.tables.get(name)
    ]


def _migrate() -> list[str]:
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return []
    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    return ["Bản sao lưu thuộc phiên bản cũ hơn; đã chạy migrate trên dữ liệu khôi phục."]


def _differences(manifest: Manifest) -> list[str]:
    """Return what `verify` finds, but for what was signed after the backup: it cannot be here."""
    found = []
    entry = LedgerEntry.objects.filter(seq=manifest.head.seq).first()
    if manifest.head.seq and (entry is None or entry.sha256 != manifest.head.sha256):
        found.append(f"Đầu sổ cái không phải {manifest.head} như bản kê ghi.")
    for difference in verify().differences:
        later = difference.seq is not None and difference.seq > manifest.head.seq
        if difference.check != "checkpoint" or not later:
            found.append(str(difference))
    return found


def _newer(manifest: Manifest) -> list[checkpoints.Checkpoint]:
    """Return what was signed of entries that the backup has not."""
    later = (each for each in checkpoints.read_all() if each.seq > manifest.head.seq)
    return [each for each in later if checkpoints.verify(each)]


def _told_of(newer: list[checkpoints.Checkpoint], last: int) -> str:
    """Return what it means that there are newer checkpoints, and what to do with them."""
    listed = ", ".join(each.name for each in newer)
    return (
        f"{len(newer)} điểm kiểm chứng mới hơn bản sao lưu này, bản này dừng ở mục {last}: các mục "
        f"{last + 1}–{newer[-1].seq} đã ghi không có ở đây. Các tệp ấy là chứng cứ về phần đã mất, "
        f"đừng xóa: {listed}. Hãy chuyển chúng từ {checkpoints.folder()} vào hồ sơ sự cố; cho tới "
        "khi đó `verify` còn báo khác và `checkpoint` không ký."
    )


@transaction.atomic
def _complete(manifest: Manifest, sha256: str, newer: list[checkpoints.Checkpoint]) -> Head:
    """Write the restore into the ledger, sign everybody out, end the jobs that were open.

    The entry names the checkpoints that are newer than the backup, each with the hash it signed.
    """
    content: dict[str, Any] = {
        "seq": manifest.head.seq,
        "sha256": manifest.head.sha256,
        "made_at": manifest.made_at,
        "manifest": sha256,
    }
    restored = Entry(LedgerEntry.Kind.RESTORE, actor_id=User.objects.system().pk)
    lost = {"newer": {each.name: each.sha256 for each in newer}} if newer else {}
    entry = LedgerEntry.objects.append(restored, compact(content) | lost)
    for key in Session.objects.values_list("session_key", flat=True):
        SessionStore(key).flush()
    jobs.interrupt_open()
    return Head(entry.seq, entry.sha256)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
