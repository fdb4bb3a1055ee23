"""What the electronic signatures of a PDF are worth (PAdES): the extra `ky-so` reads them.

Only this module knows whether it is installed; the file itself is read in a child process.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from qms.foundation.text import clean

NOT_INSTALLED = "chưa kiểm tra chữ ký số: chưa cài phần mở rộng ky-so"
TIME_LIMIT = 30  # seconds, for the child and all it waits for
_CHILD = Path(__file__).with_name("pades_child.py")
_SIGNED = b"/ByteRange"  # stands in the clear in every signed PDF, for it tells where the bytes are
_ENCRYPTED = b"/Encrypt"
_SENTENCES = {
    "encrypted": (
        "Tệp PDF đặt mật khẩu nên không kiểm tra được chữ ký số: lưu tệp không mật khẩu rồi chọn "
        "lại."
    ),
    "damaged": (
        "Tệp PDF có chữ ký số nhưng bị hỏng, không đọc được: xin lại tệp gốc từ người ký rồi chọn "
        "lại."
    ),
    "too_heavy": "Tệp PDF quá nặng, không kiểm tra xong chữ ký số: chọn tệp khác hoặc bản chụp.",
    "changed": (
        "Nội dung tệp đã bị thay đổi sau khi {signer} ký số, chữ ký không còn đúng: xin lại tệp "
        "gốc từ người ký."
    ),
    "added": (
        "Tệp bị thêm nội dung sau chữ ký số của {signer}, chữ ký không bao trùm toàn bộ tệp: xin "
        "lại tệp gốc từ người ký."
    ),
}


def is_installed() -> bool:
    """Tell whether signatures can be checked here."""
    return find_spec("pyhanko") is not None


def check_pdf(data: bytes) -> list[dict[str, Any]]:
    """Return what was found of each electronic signature, in the order of signing.

    Each tells `signer`, `at` (ISO, with offset, or empty), `by_stamp` (the time is that of a
    timestamp, not only what the signer says) and `trusted` (leads to a root in
    `PADES_TRUST_ROOTS`). A PDF without one is a scan: an empty list. Where the extra is not
    installed, one row `unchecked` says so. Every signature must be intact, the last one over the
    entire file. Raises ValidationError, one sentence, for what is broken, protected or unreadable.
    """
    if _SIGNED not in data and _ENCRYPTED not in data:
        return []
    if not is_installed():
        return [{"unchecked": NOT_INSTALLED}] if _SIGNED in data else []
    answer = _ask_child(data)
    if "refused" in answer:
        raise ValidationError(_SENTENCES[answer["refused"]], code=answer["refused"])
    found = answer["signatures"]
    for each in found:
        each["signer"] = clean(each["signer"])[:200]
        if not each["intact"]:
            raise _refusal("changed", each)
        if not each["whole" if each is found[-1] else "kept"]:
            raise _refusal("added", each)
    told = ("signer", "at", "by_stamp", "trusted")
    return [{name: each[name] for name in told} for each in found]


def _refusal(reason: str, signature: dict[str, Any]) -> ValidationError:
    return ValidationError(_SENTENCES[reason].format(signer=signature["signer"]), code=reason)


def _ask_child(data: bytes) -> dict[str, Any]:
    # No settings, no secrets: the child gets only what finds the interpreter's own libraries.
    environment = {k: v for k, v in os.environ.items() if k == "LD_LIBRARY_PATH"}
    roots = [str(settings.PADES_TRUST_ROOTS)] if settings.PADES_TRUST_ROOTS else []
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-I", "-X", "utf8", str(_CHILD), *roots],
            input=data,
            capture_output=True,
            timeout=TIME_LIMIT,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ValidationError(_SENTENCES["too_heavy"], code="too_heavy") from error
    if done.returncode < 0:  # killed by a limit: memory (abort), time
        raise ValidationError(_SENTENCES["too_heavy"], code="too_heavy")
    if done.returncode:
        raise ValidationError(_SENTENCES["damaged"], code="damaged")
    return dict(json.loads(done.stdout))
