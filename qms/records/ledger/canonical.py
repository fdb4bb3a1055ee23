"""The one spelling of a record that is hashed, pinned by a golden file.

Sorted keys, no white space, NFC, times in UTC with microseconds, numbers as text. What is longer
than `LONGEST` letters stands as its SHA-256 and length, so that an entry stays short and can still
tell which column was changed. Another spelling gets another `FORMAT`; old entries keep theirs.
"""

import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

FORMAT = 1
LONGEST = 200  # letters of a value that an entry holds as it is
START = "0" * 64  # what the first entry names as the one before it
ADOPTION = "adoption"  # the kind of entry that holds many rows


def spell(value: Any) -> Any:
    """Return `value` as JSON knows it: None, a truth, text, or lists and mappings of these."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {_text(str(name)): spell(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [spell(each) for each in value]
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(bytes(value)).hexdigest()
    return _text(str(value))


def canonical(value: Any) -> str:
    """Return the canonical JSON of `value`."""
    return json.dumps(spell(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """Return the SHA-256 of `text` in UTF-8, as 64 hexadecimal letters."""
    return hashlib.sha256(text.encode()).hexdigest()


def compact(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an entry holds of `values`: each as it is, or its hash where it is long."""
    return {name: _short(spell(value)) for name, value in values.items()}


def row_of(record: models.Model, fields: Iterable[models.Field[Any, Any]] = ()) -> dict[str, Any]:
    """Return {column: value} of `record` as the database gives it back; all columns if not said."""
    return {
        str(field.column): _stored(field, getattr(record, field.attname))
        for field in fields or record._meta.concrete_fields
    }


def body_sha256(header: Mapping[str, Any], content: str) -> str:
    """Return the hash of what an entry says: its header and its content."""
    return digest(canonical({**header, "content": content_sha256(header["kind"], content)}))


def content_sha256(kind: str, content: str) -> str:
    """Return the hash of an entry's content: of its text, of an adoption over its rows.

    An adoption holds rows of many records. Hashed row by row, each can be shown to have been
    there to somebody who may not read the others (ADR 0028).
    """
    if kind != ADOPTION:
        return digest(content)
    try:
        told = json.loads(content)
        rows = adopted_rows(told)
    except (AttributeError, ValueError):  # not what an adoption says: hashed as it stands
        return digest(content)
    # Another spelling is another content, though it says the same.
    return digest(canonical(rows)) if canonical(told) == content else digest(content)


def adopted_rows(told: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the hash of each row of an adoption, which is {table: {key: content}}, in order."""
    return sorted(
        digest(canonical({"table": table, "key": key, "row": row}))
        for table, rows in told.items()
        for key, row in rows.items()
    )


def entry_sha256(seq: int, previous: str, body: str, *, version: int = FORMAT) -> str:
    """Return the hash of an entry, which binds what it says to its place in the chain."""
    return digest(canonical({"format": version, "seq": seq, "previous": previous, "body": body}))


def _stored(field: models.Field[Any, Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return json.loads(json.dumps(value, cls=field.encoder))
    return field.to_python(value)


def _short(value: Any) -> Any:
    text = value if isinstance(value, str) else canonical(value)
    if len(text) <= LONGEST:
        return value
    return {"sha256": digest(text), "length": str(len(text))}


def _text(value: str) -> str:
    return unicodedata.normalize("NFC", value)
