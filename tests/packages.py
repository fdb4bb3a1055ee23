"""Evidence packages taken apart, changed and put together again, as a forger would."""

import hashlib
import io
import json
import os
import subprocess
import sys
import sysconfig
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from qms.records.evidence import verify_evidence as checker

_STARTER = """
import runpy, sys
sys.path.append(sys.argv[1])
script, sys.argv = sys.argv[2], sys.argv[2:]
runpy.run_path(script, run_name="__main__")
"""


def members_of(package: Path) -> dict[str, bytes]:
    """The members by their name, in their order."""
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def put_together(members: Mapping[str, bytes]) -> bytes:
    """A package in its right form, whatever its members say."""
    out, rows = io.BytesIO(), []
    for name, data in members.items():
        crc = zlib.crc32(data)
        rows.append((name, len(data), crc, out.tell()))
        out.write(checker.local_header(name, len(data), crc) + data)
    out.write(checker.directory(rows))
    return out.getvalue()


def listed_anew(members: dict[str, bytes], **told: object) -> dict[str, bytes]:
    """The members with a manifest that fits them; the signature stays what it was."""
    manifest = json.loads(members[checker.MANIFEST]) | told
    manifest["members"] = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for name, data in members.items()
        if name not in (checker.MANIFEST, checker.SIGNATURE)
    }
    return members | {checker.MANIFEST: json.dumps(manifest, ensure_ascii=False).encode()}


def signed_anew(members: dict[str, bytes], key: Ed25519PrivateKey) -> dict[str, bytes]:
    """The members signed by `key`, whose public half lies among them as the rightful one would."""
    public = key.public_key()
    name = hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    listed = listed_anew(members | {f"{checker.KEYS}{name}.pem": pem})
    digest = hashlib.sha256(listed[checker.MANIFEST]).hexdigest()
    signature = key.sign(checker.statement_of(digest).encode()).hex()
    said = json.dumps({"key": name, "signature": signature})
    return listed | {checker.SIGNATURE: said.encode()}


def check_apart(package: Path, script: Path, folder: Path, *options: str) -> tuple[int, str]:
    """Run the script of a package in a process that finds `cryptography` and nothing else of ours.

    Neither the environment nor the installed packages of this one are seen by it.
    """
    only = folder / "only"
    only.mkdir()
    installed = Path(sysconfig.get_path("purelib"))
    for pattern in ("cryptography", "cffi", "_cffi_backend*"):
        for found in installed.glob(pattern):
            (only / found.name).symlink_to(found)
    ran = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            _STARTER,
            str(only),
            str(script),
            str(package),
            *options,
        ],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr
