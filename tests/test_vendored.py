"""The files of others that are shipped are the very ones their publishers made."""

import hashlib
import re
from pathlib import Path

import pytest
from reportlab.pdfbase.ttfonts import TTFontFile

from qms.menu import MENU, MORE

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
FONTS = ROOT / "qms" / "records" / "fonts"
TEMPLATES = ROOT / "templates"
VIETNAMESE = "ơưạấếộữỹđƠƯẠẤẾỘỮỸĐ½–“”…"


def checksums(folder: Path) -> dict[str, str]:
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}


@pytest.mark.parametrize("folder", [VENDOR, FONTS], ids=["vendor", "fonts"])
def test_vendored_files_have_their_checksum(folder: Path) -> None:
    own = {"SHA256SUMS", "README.md"}
    files = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in own
    }

    assert files == checksums(folder)


@pytest.mark.parametrize(
    ("name", "begins", "ends"),
    [
        ("bootstrap/bootstrap.min.css", "9caac977", "3719d"),
        ("bootstrap/bootstrap.bundle.min.js", "4ad2ad30", "dca5c"),
    ],
)
def test_bootstrap_is_the_published_5_3_9(name: str, begins: str, ends: str) -> None:
    digest = checksums(VENDOR)[name]

    assert digest.startswith(begins)
    assert digest.endswith(ends)


@pytest.mark.parametrize("folder", [VENDOR / "bootstrap", VENDOR / "idb", VENDOR / "lucide", FONTS])
def test_licence_lies_beside_the_files(folder: Path) -> None:
    assert len((folder / "LICENSE").read_text(encoding="utf-8")) > 500


@pytest.mark.parametrize("style", ["Regular", "Bold", "Italic", "BoldItalic"])
def test_font_has_every_vietnamese_letter(style: str) -> None:
    font = TTFontFile(str(FONTS / f"LiberationSerif-{style}.ttf"))

    assert [letter for letter in VIETNAMESE if ord(letter) not in font.charToGlyph] == []


def test_templates_and_menu_use_only_icons_of_the_sprite() -> None:
    sprite = (VENDOR / "lucide" / "sprite.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite))
    pages = "".join(page.read_text(encoding="utf-8") for page in TEMPLATES.rglob("*.html"))
    drawn = re.findall(r'components/icon\.html" with name="([^"]+)"', pages)
    passed = re.findall(r'{% include [^%]*\bicon="([^"]+)"', pages)
    menu = [each.icon for entry in (*MENU, *MORE) for each in (entry, *entry.children)]

    assert {*drawn, *passed, *menu} - known == set()
