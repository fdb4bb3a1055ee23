"""Check the electronic signatures of a PDF in a process of its own, with memory and time limits.

Run by path (`python -I pades_child.py [FOLDER]`), so it imports the standard library and pyHanko
only. The file comes on standard input; JSON goes to standard output: `{"signatures": […]}` in the
order of signing, or `{"refused": reason}` with a reason that `pades.py` words for people. FOLDER
holds the certificates of trusted roots; without it nobody is trusted. Nothing is fetched.
"""

import io
import json
import resource
import sys
from pathlib import Path
from typing import Any

from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

MEMORY_LIMIT = 1024 * 2**20  # bytes of address space
CPU_LIMIT = 10  # seconds
MOST_SIGNATURES = 20
_ENDINGS = {".pem", ".crt", ".cer", ".der"}


def main() -> None:
    """Read standard input; say what its signatures are worth."""
    roots = load_roots(sys.argv[1] if len(sys.argv) > 1 else "")
    _limit(resource.RLIMIT_AS, MEMORY_LIMIT)
    _limit(resource.RLIMIT_CPU, CPU_LIMIT)
    _limit(resource.RLIMIT_CORE, 0)
    try:
        answer = read(sys.stdin.buffer.read(), roots)
    except MemoryError:
        answer = {"refused": "too_heavy"}
    except Exception:  # whatever a hostile file brings about, it cannot be read
        answer = {"refused": "damaged"}
    json.dump(answer, sys.stdout)


def load_roots(folder: str) -> list[Any]:
    """Return the certificates in the folder; none where there is no folder."""
    if not folder:
        return []
    found = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in _ENDINGS)
    return list(load_certs_from_pemder([str(path) for path in found]))


def read(data: bytes, roots: list[Any]) -> dict[str, Any]:
    """Return what each signature is worth, or why the file is not read."""
    reader = PdfFileReader(io.BytesIO(data), strict=False)
    if reader.encrypted:
        return {"refused": "encrypted"}
    found = reader.embedded_regular_signatures
    if len(found) > MOST_SIGNATURES:
        return {"refused": "too_heavy"}
    return {"signatures": [_worth(each, roots) for each in found]}


def _worth(signature: EmbeddedPdfSignature, roots: list[Any]) -> dict[str, Any]:
    """Return integrity, coverage, signer, time and trust of one signature."""
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    status = validate_pdf_signature(signature, context, context)
    names = status.signing_cert.subject.native
    stamp = status.timestamp_validity
    by_stamp = bool(stamp and stamp.intact and stamp.valid)
    at = stamp.timestamp if stamp and by_stamp else status.signer_reported_dt
    level = status.modification_level
    return {
        "intact": bool(status.intact and status.valid),
        "whole": status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        "kept": status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
        and (level is None or level <= ModificationLevel.FORM_FILLING)
        and status.docmdp_ok is not False,
        "signer": _text(names.get("common_name")) or status.signing_cert.subject.human_friendly,
        "at": at.isoformat() if at else "",
        "by_stamp": by_stamp,
        "trusted": bool(status.trusted),
    }


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
