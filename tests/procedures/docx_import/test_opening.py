"""Hostile and damaged Word files end in one sentence, in bounded time and memory."""

import random
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx
import pytest

from procedures.docx_import import child, opening
from procedures.docx_import.opening import UnreadableWord, open_word
from tests.procedures.docx_import.documents import plain, saved

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def repacked(
    change: Callable[[str, bytes], bytes] | None = None, add: dict[str, bytes] | None = None
) -> bytes:
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(saved(docx.Document()))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(name, content) if change else content)
        for name, content in (add or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def _body(xml: str) -> bytes:
    """A document whose body is the XML given."""
    text = f'<w:document xmlns:w="{_W}"><w:body>{xml}</w:body></w:document>'
    return repacked(lambda name, old: text.encode() if name == "word/document.xml" else old)


def _declared(name: str, old: bytes) -> bytes:
    if name != "word/document.xml":
        return old
    doctype = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return old.replace(b"<w:document", doctype + b"<w:document", 1)


def _linked(kind: str, target: str) -> bytes:
    link = (
        f'<Relationship Id="rX" Type="http://x/relationships/{kind}" Target="{target}"'
        ' TargetMode="External"/></Relationships>'
    ).encode()

    def change(name: str, old: bytes) -> bytes:
        return old.replace(b"</Relationships>", link) if name.endswith("document.xml.rels") else old

    return repacked(change)


def _cells(count: int) -> bytes:
    """So many empty cells, with enough noise that the archive is no bomb."""
    noise = random.Random(1)  # noqa: S311 - no secret
    row = "<w:tr>" + "<w:tc><w:p/></w:tc>" * 100 + "</w:tr>"
    rows = "".join(f"<!--{noise.randbytes(20).hex()}-->{row}" for _ in range(count // 100))
    return _body(f"<w:tbl>{rows}</w:tbl>")


REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "text under a Word name": ("a.docx", lambda: "Quy trình".encode(), "không đúng với phần mở"),
    "PDF under a Word name": ("a.docx", lambda: b"%PDF-1.7\n", "không đúng với phần mở"),
    "another ending": ("a.pdf", lambda: b"%PDF-1.7\n", "Chỉ nhận tệp Word"),
    "empty": ("a.docx", lambda: b"", "Tệp trống"),
    "cut off": ("a.docx", lambda: saved(plain())[:9000], "bị hỏng"),
    "macro": ("a.docx", lambda: repacked(add={"word/vbaProject.bin": b"x"}), "macro"),
    "macro ending": ("a.docm", lambda: repacked(), "macro"),
    "bomb": ("a.docx", lambda: repacked(add={"word/media/a.xml": bytes(2**24)}), "nén quá mức"),
    "DOCTYPE": ("a.docx", lambda: repacked(_declared), "bị hỏng"),
    "outside picture": ("a.docx", lambda: _linked("image", "http://x/a.png"), "liên kết tới tệp"),
    "template from afar": (
        "a.docx",
        lambda: _linked("attachedTemplate", "https://x/a.dotm"),
        "liên kết tới tệp",
    ),
    "password": ("a.docx", lambda: _OLE + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
    "old Word renamed": ("a.docx", lambda: _OLE, "không đúng với phần mở"),
    "workbook inside": (
        "a.docx",
        lambda: repacked(lambda n, old: old).replace(b"word/document.xml", b"word/documenX.xml"),
        "không phải là văn bản",
    ),
    "deep nesting": (
        "a.docx",
        lambda: _body("<w:tbl><w:tr><w:tc>" * 500 + "</w:tc></w:tr></w:tbl>" * 500),
        "bị hỏng",
    ),
    "a million cells": ("a.docx", lambda: _cells(1_000_000), "quá"),
    "21 MB": ("a.docx", lambda: bytes(21 * 2**20), "lớn hơn 20 MB"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_file_is_one_sentence_in_bounded_time(case: str) -> None:
    name, make, part = REFUSED[case]
    data = make()
    started = time.monotonic()

    with pytest.raises(UnreadableWord) as refusal:
        open_word(data, name)

    assert part in refusal.value.messages[0]
    assert len(refusal.value.messages) == 1
    assert time.monotonic() - started < 15


def test_links_to_click_and_the_own_template_are_harmless() -> None:
    with pytest.raises(UnreadableWord, match="Tệp trống"):  # read, and nothing in it
        open_word(_linked("hyperlink", "https://x/"), "a.docx")
    with pytest.raises(UnreadableWord, match="Tệp trống"):
        open_word(_linked("attachedTemplate", "file:///C:\\Users\\a\\M.dotx"), "a.docx")


def test_old_word_needs_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening.shutil, "which", lambda _: None)

    with pytest.raises(UnreadableWord, match="Lưu thành"):
        open_word(_OLE, "a.doc")


def test_old_word_is_converted_where_libreoffice_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    new = tmp_path / "new.docx"
    new.write_bytes(saved(plain()))
    program = tmp_path / "soffice"
    program.write_text(
        f'#!/bin/sh\nwhile [ "$1" != "--outdir" ]; do shift; done\ncp {new} "$2"/old.docx\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(opening.shutil, "which", lambda _: str(program))

    assert open_word(_OLE, "a.doc").body

    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(UnreadableWord, match="Không chuyển được"):
        open_word(_OLE, "a.doc")


def test_child_that_dies_or_takes_too_long_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opening, "TIME_LIMIT", 0.001)
    with pytest.raises(UnreadableWord, match="quá nặng"):
        open_word(saved(plain()), "a.docx")

    monkeypatch.setattr(opening, "TIME_LIMIT", 30)
    monkeypatch.setattr(opening, "_CHILD", Path("/nowhere/child.py"))
    with pytest.raises(UnreadableWord, match="bị hỏng"):
        open_word(saved(plain()), "a.docx")


def test_deleted_text_is_gone_inserted_text_counts_and_hidden_text_is_told() -> None:
    def run(text: str, properties: str = "") -> str:
        return f"<w:r>{properties}<w:t>{text}</w:t></w:r>"

    hidden = run("cũ", "<w:rPr><w:vanish/></w:rPr>")
    runs = f"{run('0')}<w:ins>{run('5')}</w:ins><w:del>{run('3')}</w:del>{run(' ngày')}{hidden}"
    story = child.parse(_body(f"<w:p>{runs}</w:p>"), "docx")

    assert [block["text"] for block in story["body"]] == ["05 ngày"]
    assert story["hidden"] == ["cũ"]
