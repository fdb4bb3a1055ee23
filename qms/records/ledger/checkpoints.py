"""Signed heads of the chain, kept in a second place: what shows a cut tail or an old copy.

A checkpoint is a JSON file; its signature (Ed25519) is over the canonical JSON of all the rest.
The key lies in a file of its own, in no database and no backup; public keys lie beside the
checkpoints, also those of keys that were replaced.
"""

import datetime as dt
import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from qms.foundation.dates import LOCAL
from qms.records.ledger.canonical import canonical
from qms.records.ledger.chain import breaks
from qms.records.ledger.entries import Head, LedgerEntry

FORMAT = 1
_RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw
_PEM = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo


class CheckpointRefused(ValidationError):
    """There is nothing that may be signed; the message says why, in Vietnamese."""


@dataclass(frozen=True)
class Checkpoint:
    """The head of the chain at a moment, as somebody with the key signed it.

    `made_at` is ISO 8601 with its offset; `key` tells which key, by the start of the SHA-256 of
    its public half; `signature` is hexadecimal.
    """

    seq: int
    sha256: str
    made_at: str
    agency: str
    key: str
    signature: str = ""
    format: int = FORMAT

    @property
    def head(self) -> Head:
        return Head(self.seq, self.sha256)

    @property
    def name(self) -> str:
        """The name of its file; names sort as the checkpoints were made."""
        moment = dt.datetime.fromisoformat(self.made_at).astimezone(dt.UTC)
        return f"checkpoint-{self.seq:012}-{moment:%Y%m%dT%H%M%SZ}.json"

    def statement(self) -> bytes:
        """Return what the signature is over."""
        said = asdict(self)
        del said["signature"]
        return canonical(said).encode()

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"


def make_key() -> str:
    """Make the key (mode 0600) and put its public half beside the checkpoints; return its id.

    Raises CheckpointRefused where there is one: it is replaced only after somebody moved it away.
    """
    path = Path(settings.CHECKPOINT_KEY)
    if path.exists():
        raise CheckpointRefused(f"Đã có khóa tại {path}.")
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        file.flush()
        os.fsync(file.fileno())
    return _publish(key.public_key())


def has_key() -> bool:
    return Path(settings.CHECKPOINT_KEY).exists()


def make(*, agency: str) -> Checkpoint:
    """Sign the head of the chain as it is now, write it to the second place and return it.

    Raises CheckpointRefused where there is no key or no entry, where the last checkpoint is not
    in the chain, or the chain does not hold from there on; OSError where it cannot be written.
    """
    key = _private_key()
    head = _head_that_holds()
    unsigned = Checkpoint(
        seq=head.seq,
        sha256=head.sha256,
        made_at=timezone.now().astimezone(LOCAL).isoformat(timespec="seconds"),
        agency=agency,
        key=_publish(key.public_key()),
    )
    made = replace(unsigned, signature=key.sign(unsigned.statement()).hex())
    _write(folder() / made.name, made.as_json().encode())
    return made


def signing_key() -> str:
    """Return the id of the key that signs here; its public half then lies beside the checkpoints.

    Raises CheckpointRefused where there is no key, as `sign()` does.
    """
    return _publish(_private_key().public_key())


def sign(statement: bytes) -> str:
    """Return the signature of `statement` by that key, hexadecimal."""
    return _private_key().sign(statement).hex()


def folder() -> Path:
    return Path(settings.CHECKPOINT_DIR)


def read(text: str) -> Checkpoint:
    """Return the checkpoint that a file says. Raises ValueError where it says none."""
    said = json.loads(text)
    try:
        checkpoint = Checkpoint(**said)
        _ = checkpoint.name, bytes.fromhex(checkpoint.signature)
    except TypeError as error:
        raise ValueError(str(error)) from error
    return checkpoint


def read_all() -> list[Checkpoint]:
    """Return the checkpoints of the second place, by place in the chain and time.

    Their signatures are not asked, see `verify()`; files that say none: `unreadable()`.
    """
    found = [found for found in map(_read_file, _files()) if isinstance(found, Checkpoint)]
    return sorted(found, key=lambda each: (each.seq, each.name))


def unreadable() -> list[str]:
    """Return the names of files of the second place that should say a checkpoint and do not."""
    return [path.name for path in _files() if not isinstance(_read_file(path), Checkpoint)]


def verify(checkpoint: Checkpoint) -> bool:
    """Tell whether a key that is known here signed exactly this."""
    key = public_key(checkpoint.key)
    if key is None:
        return False
    try:
        key.verify(bytes.fromhex(checkpoint.signature), checkpoint.statement())
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key(name: str) -> Ed25519PublicKey | None:
    """Return the public key of this id that lies beside the checkpoints; None if there is none."""
    pem = public_pem(name)
    try:
        key = serialization.load_pem_public_key(pem) if pem else None
    except ValueError:
        return None
    return key if isinstance(key, Ed25519PublicKey) and _id_of(key) == name else None


def public_pem(name: str) -> bytes | None:
    """Return the file of a public key, as it lies beside the checkpoints."""
    path = folder() / f"public-key-{name}.pem"
    return path.read_bytes() if name.isalnum() and path.is_file() else None


def _private_key() -> Ed25519PrivateKey:
    if not has_key():
        raise CheckpointRefused(
            f"Chưa có khóa ký điểm kiểm chứng tại {settings.CHECKPOINT_KEY}: "
            "chạy `python manage.py checkpoint --make-key`."
        )
    pem = Path(settings.CHECKPOINT_KEY).read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise CheckpointRefused(f"{settings.CHECKPOINT_KEY} không phải khóa Ed25519.")
    return key


def _head_that_holds() -> Head:
    """Return the head, after asking the chain from the last checkpoint on."""
    signed = [each for each in read_all() if verify(each)]
    last, head = (signed[-1].head if signed else Head()), LedgerEntry.objects.head()
    if not head.seq:
        raise CheckpointRefused("Sổ cái chưa có mục nào.")
    at = LedgerEntry.objects.filter(seq=last.seq).values_list("sha256", flat=True).first()
    if last.seq and at != last.sha256:
        raise CheckpointRefused(
            f"Điểm kiểm chứng gần nhất (mục {last}) không có trong sổ cái. Không ký. Chạy "
            "`python manage.py verify` để biết vì sao; nếu đã khôi phục một bản sao lưu cũ hơn thì "
            "chuyển các điểm kiểm chứng mới hơn nó vào hồ sơ sự cố rồi ký lại."
        )
    tail = LedgerEntry.objects.filter(seq__gt=last.seq, seq__lte=head.seq).order_by("seq")
    broken = next(breaks(tail.iterator(chunk_size=500), last), None)
    if broken:
        raise CheckpointRefused(f"{broken.message} Không ký.")
    return head


def _id_of(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes(*_RAW)).hexdigest()[:16]


def _publish(key: Ed25519PublicKey) -> str:
    """See to it that the public key lies beside the checkpoints; return its id."""
    name = _id_of(key)
    path = folder() / f"public-key-{name}.pem"
    if not path.exists():
        _write(path, key.public_bytes(*_PEM))
    return name


def _files() -> list[Path]:
    return sorted(folder().glob("checkpoint-*.json"))


def _read_file(path: Path) -> Checkpoint | None:
    try:
        return read(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write(path: Path, data: bytes) -> None:
    """Write a new file whole or not at all; one that is there is not touched."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        return
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)


def tell(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return what the command prints of it."""
    return asdict(checkpoint) | {"file": str(folder() / checkpoint.name)}
