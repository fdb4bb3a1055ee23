"""Electronic signatures of PDF files: what is told of them, what is refused and why."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from qms.records import pades
from tests.signed_pdfs import Signatory, make_signatory, signed_pdf, unsigned_pdf


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificate")


@pytest.fixture(scope="module")
def signatory(folder: Path) -> Signatory:
    return make_signatory(folder, "Hoàng Văn Trưởng")


@pytest.fixture(scope="module")
def signed(signatory: Signatory) -> bytes:
    return signed_pdf(unsigned_pdf(), signatory)


def _refused(data: bytes) -> str:
    with pytest.raises(ValidationError) as refusal:
        pades.check_pdf(data)
    return str(refusal.value.message)


def test_signature_tells_signer_and_time_but_no_trust_by_itself(signed: bytes) -> None:
    (found,) = pades.check_pdf(signed)

    assert found["signer"] == "Hoàng Văn Trưởng"
    assert found["at"]
    assert (found["trusted"], found["by_stamp"]) == (False, False)


def test_signature_that_leads_to_a_known_root_is_trusted(
    signed: bytes, folder: Path, settings: Any
) -> None:
    settings.PADES_TRUST_ROOTS = str(folder)

    assert pades.check_pdf(signed)[0]["trusted"] is True


def test_second_signature_covers_the_first(signed: bytes, signatory: Signatory) -> None:
    twice = signed_pdf(signed, signatory, field="Signature2")

    assert [each["signer"] for each in pades.check_pdf(twice)] == [signatory.name] * 2


def test_unsigned_pdf_is_a_scan() -> None:
    assert pades.check_pdf(unsigned_pdf()) == []


def test_what_was_changed_after_signing_is_refused(signed: bytes) -> None:
    at = signed.index(b"stream") + 10
    flipped = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]

    assert "đã bị thay đổi sau khi Hoàng Văn Trưởng ký số" in _refused(flipped)
    assert "bị thêm nội dung sau chữ ký số" in _refused(signed + b"\n% them vao\n")


def test_encrypted_and_hostile_files_are_refused_with_a_sentence(signed: bytes) -> None:
    assert "đặt mật khẩu" in _refused(unsigned_pdf(password="bi-mat"))
    assert "bị hỏng, không đọc được" in _refused(b"%PDF-1.7\n/ByteRange [0 1 2 3]\n%%EOF")
    nested = b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"/ByteRange\nendobj\n%%EOF"
    assert _refused(nested)


def test_without_the_extra_it_is_said_that_nothing_was_checked(
    signed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pades, "is_installed", lambda: False)

    assert pades.check_pdf(signed) == [{"unchecked": pades.NOT_INSTALLED}]
    assert pades.check_pdf(unsigned_pdf()) == []
