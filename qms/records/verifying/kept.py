"""Files, grants and signatures against what they are of."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType

from qms.organisation.models import ObjectGrant
from qms.records.files import path_of
from qms.records.models import Signature, StoredFile
from qms.records.verifying.found import CHUNK, Difference, Report

_FILES = StoredFile._meta.db_table
_SIGNATURES = Signature._meta.db_table
_NAME = re.compile(r"[0-9a-f]{64}")


def check_files(report: Report) -> Iterator[Difference]:
    """Each file is there with its size and its SHA-256; files that no row names are noted."""
    for stored in StoredFile.objects.order_by("pk").iterator(chunk_size=CHUNK):
        report.counts["files"] += 1
        path, key = path_of(stored.sha256), str(stored.pk)
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
                size = file.tell()
        except OSError:
            yield Difference("file", f"Không đọc được tệp “{stored.label}”.", _FILES, key, "sha256")
            continue
        if found != stored.sha256:
            message = f"Tệp “{stored.label}” không còn nguyên vẹn."
            yield Difference("file", message, _FILES, key, "sha256")
        if size != stored.size:
            message = f"Tệp “{stored.label}” có {size} byte, không phải {stored.size}."
            yield Difference("file", message, _FILES, key, "size")
    orphans = sum(1 for path in _laid() if not StoredFile.objects.filter(sha256=path.name).exists())
    if orphans:
        report.notes.append(f"{orphans} tệp trong kho không có hồ sơ nào nêu.")


def _laid() -> Iterator[Path]:
    for path in Path(settings.MEDIA_ROOT).glob("??/*"):
        if _NAME.fullmatch(path.name):
            yield path


def check_grants(report: Report) -> Iterator[Difference]:
    """Each grant is of a record that is there, by a permission that such a record knows."""
    for model in apps.get_models():
        if issubclass(model, ObjectGrant):
            yield from _grants(model, report)
        elif model._meta.app_label == "guardian":
            for key in model._default_manager.values_list("pk", flat=True):
                message = "Quyền này không do hệ thống giao."
                yield Difference("grant", message, model._meta.db_table, str(key))


def _grants(model: Any, report: Report) -> Iterator[Difference]:
    target = model._meta.get_field("content_object").remote_field.model
    kind = ContentType.objects.get_for_model(target).pk
    rows = model._base_manager.order_by("pk")
    table = model._meta.db_table
    names = ("pk", "user__pk", "granted_by__pk", "content_object__pk", "permission__content_type")
    for key, *found in rows.values_list(*names).iterator(chunk_size=CHUNK):
        report.counts["grants"] += 1
        for name, value in zip(names[1:], found, strict=True):
            column = f"{name.partition('__')[0]}_id"
            if value is None:
                message = "Quyền nêu một hồ sơ không có."
                yield Difference("grant", message, table, str(key), column)
            elif column == "permission_id" and value != kind:
                message = "Quyền này không phải của loại hồ sơ đó."
                yield Difference("grant", message, table, str(key), column)


def check_signatures(report: Report) -> Iterator[Difference]:
    """Each signature is on a record that is there."""
    kinds = Signature.objects.order_by().values_list("content_type", flat=True).distinct()
    for kind in ContentType.objects.filter(pk__in=kinds):
        model: Any = kind.model_class()
        rows = Signature.objects.filter(content_type=kind)
        report.counts["signatures"] += rows.count()
        gone = rows.exclude(object_id__in=model._base_manager.values("pk")) if model else rows
        for key in gone.values_list("pk", flat=True):
            message = "Chữ ký trên một hồ sơ không có."
            yield Difference("signature", message, _SIGNATURES, str(key), "object_id")
