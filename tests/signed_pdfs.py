"""PDF files signed with a certificate made for the test, as an office's signing tool would."""

import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from reportlab.pdfgen.canvas import Canvas


@dataclass(frozen=True)
class Signatory:
    """Somebody with a key; the certificate is its own root."""

    name: str
    signer: signers.SimpleSigner
    certificate: bytes


def unsigned_pdf(password: str = "") -> bytes:
    """A page of text; with a password it is encrypted."""
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=password or None)
    canvas.drawString(72, 720, "QUYET DINH")
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def make_signatory(folder: Path, name: str) -> Signatory:
    """Write key and certificate of `name` into the folder."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    usage = x509.KeyUsage(True, True, False, False, False, True, False, False, False)  # noqa: FBT003
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "key.pem").write_bytes(private)
    (folder / "cert.pem").write_bytes(certificate)
    signer = signers.SimpleSigner.load(str(folder / "key.pem"), str(folder / "cert.pem"))
    (folder / "key.pem").unlink()
    assert signer is not None
    return Signatory(name, signer, certificate)


def signed_pdf(data: bytes, by: Signatory, *, field: str = "Signature1") -> bytes:
    """The PDF with a signature of `by` appended over all of it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    told = signers.PdfSignatureMetadata(
        field_name=field, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    return signers.sign_pdf(writer, told, signer=by.signer).getvalue()
