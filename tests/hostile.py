"""Files that somebody might send to do harm, each made here: a name, and the bytes under it.

Every one of them is refused by every form that takes files, with one sentence.
"""

import io
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.pictures import encoded, halves, noise

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer << >>\n%%EOF\n"
_TYPES = b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
_LINKS = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
_WORD = {"[Content_Types].xml": _TYPES, "word/document.xml": b"<document/>"}
_BOOK = {"[Content_Types].xml": _TYPES, "xl/workbook.xml": b"<workbook/>"}


def packed(*parts: Mapping[str, bytes]) -> bytes:
    """An archive of all the parts, deflated, in their order."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # of names that stand there twice
        for each in parts:
            for name, data in each.items():
                archive.writestr(name, data)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    return packed(_WORD, more)


def _outside(kind: str, target: str) -> bytes:
    link = f"<Relationship Id='r1' Type='http://x/{kind}' Target='{target}' TargetMode='External'/>"
    return f"{_LINKS}{link}</Relationships>".encode()


def _declared(text: bytes) -> bytes:
    return packed(_WORD | {"word/document.xml": b'<?xml version="1.0"?>' + text + b"<d>&a;</d>"})


def _symlink() -> bytes:
    link = zipfile.ZipInfo("word/media/a.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO(packed(_WORD))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def _encrypted() -> bytes:
    """A part says that it is under a password, in both of its heads."""
    data = bytearray(packed(_WORD))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02", 0, data.rindex(b"PK\x05\x06")) + 8] |= 1
    return bytes(data)


def _lying() -> bytes:
    """The list says that a part has ten bytes, and so does its head; it unpacks to 30 MB."""
    honest = packed(_WORD | {"word/media/a.xml": bytes(30 * 2**20)})
    return honest.replace(struct.pack("<L", 30 * 2**20), struct.pack("<L", 10))


def _nested() -> bytes:
    inner = packed({"a": bytes(50 * 2**20)})
    return packed(_WORD, {f"word/embeddings/{n}.xml": bytes(1024) + inner * 40 for n in range(3)})


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def _png(width: int, height: int) -> bytes:
    """A picture of few bytes that would take a byte for each point once unpacked."""
    head = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    line = zlib.compress(bytes(min((width + 1) * height, 10**6)))
    body = _chunk(b"IHDR", head) + _chunk(b"IDAT", line) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _with_comment(text: bytes) -> bytes:
    """A photo with a page of the web where cameras write a remark."""
    photo = encoded(halves())
    return photo[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + photo[2:]


_PHOTO = encoded(noise(400, 300))
_PNG = encoded(halves(), "PNG")
_PAGE = b"<html><script>alert(1)</script></html>"
_DDE = (
    b"<w:p><w:instrText xml:space='preserve'> DDEAUTO c:\\\\windows\\\\cmd.exe</w:instrText></w:p>"
)
_LAUGHS = b'<!DOCTYPE d [<!ENTITY b "ha"><!ENTITY a "&b;&b;&b;&b;&b;&b;&b;">]>'

FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("a.pdf", lambda: b""),
    "a program": ("a.pdf", lambda: b"MZ\x90\x00" + bytes(200)),
    "a page": ("a.pdf", lambda: _PAGE),
    "a page by its ending": ("a.pdf.html", lambda: PDF),
    "a page behind a zero": ("a.pdf\0.html", lambda: PDF),
    "a drawing with a script": ("a.png", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "a drawing by its ending": ("a.svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "XML": ("a.docx", lambda: b"<?xml version='1.0'?><a/>"),
    "junk before a PDF": ("a.pdf", lambda: b"\n<script>alert(1)</script>\n" + PDF),
    "a PDF cut off": ("a.pdf", lambda: PDF[:-12]),
    "a picture as PDF": ("a.pdf", lambda: _PNG),
    "a photo cut off": ("a.jpg", lambda: _PHOTO[:2000]),
    "a PNG cut off": ("a.png", lambda: _PNG[: len(_PNG) // 2]),
    "a page in a photo": ("a.jpg", lambda: _with_comment(_PAGE)),
    "a page behind a photo": ("a.jpg", lambda: _PHOTO + _PAGE),
    "an archive behind a PNG": ("a.png", lambda: _PNG + packed(_WORD)),
    "a bomb as PNG": ("a.png", lambda: _png(20_000, 20_000)),
    "a picture of one column": ("a.png", lambda: _png(1, 100_000)),
    "a Word file with macros": ("a.docx", lambda: packed(_WORD, {"word/vbaProject.bin": b"x"})),
    "a .docm renamed": (
        "a.docx",
        lambda: packed(_WORD | {"[Content_Types].xml": b"<t a='macroEnabled.main+xml'/>"}),
    ),
    "a .docm": ("a.docm", docx),
    "a Word file cut off": ("a.docx", lambda: docx()[:-60]),
    "a workbook as Word": ("a.docx", lambda: packed(_BOOK)),
    "an entity from a file": (
        "a.docx",
        lambda: _declared(b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
    ),
    "an entity in UTF-16": (
        "a.docx",
        lambda: packed(_WORD | {"word/document.xml": _LAUGHS.decode().encode("utf-16")}),
    ),
    "entities that grow": ("a.docx", lambda: _declared(_LAUGHS)),
    "a template from afar": (
        "a.docx",
        lambda: packed(
            _WORD, {"word/_rels/settings.xml.rels": _outside("attachedTemplate", "http://x/a.dotm")}
        ),
    ),
    "a picture from afar": (
        "a.docx",
        lambda: packed(_WORD, {"word/_rels/document.xml.rels": _outside("image", "//x/a")}),
    ),
    "a command in Word": ("a.docx", lambda: packed(_WORD | {"word/document.xml": _DDE})),
    "a link to another workbook": (
        "a.xlsx",
        lambda: packed(
            _BOOK,
            {"xl/externalLinks/_rels/externalLink1.xml.rels": _outside("externalLinkPath", "a")},
        ),
    ),
    "a command in Excel": (
        "a.xlsx",
        lambda: packed(_BOOK, {"xl/externalLinks/externalLink1.xml": b"<x><ddeLink/></x>"}),
    ),
    "a bomb": ("a.docx", lambda: packed(_WORD, {"word/media/a.xml": bytes(30 * 2**20)})),
    "a bomb of bombs": ("a.docx", _nested),
    "a bomb of links": (
        "a.docx",
        lambda: packed(_WORD, {"word/_rels/document.xml.rels": b"<a>" + b"<b/>" * 2**20}),
    ),
    "too many parts": (
        "a.docx",
        lambda: packed(_WORD, {f"word/media/{n}": b"" for n in range(2_001)}),
    ),
    "sizes that lie": ("a.docx", _lying),
    "one name twice": ("a.docx", lambda: packed(_WORD, _WORD)),
    "a name that leads out": ("a.docx", lambda: packed(_WORD, {"../../a.xml": b"<a/>"})),
    "an absolute name": ("a.docx", lambda: packed(_WORD, {"/etc/a.xml": b"<a/>"})),
    "a link in the archive": ("a.docx", _symlink),
    "a part under a password": ("a.docx", _encrypted),
    "a file under a password": (
        "a.docx",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
    ),
}


@cache
def made(case: str) -> bytes:
    return FILES[case][1]()


def upload(case: str) -> SimpleUploadedFile:
    """The file as a form gets it; Django's own class tidies the name, which ours must not need."""
    sent = SimpleUploadedFile("a", made(case))
    sent._name = FILES[case][0]  # type: ignore[attr-defined]
    return sent
