"""The ZIP archive that an Office file is, judged before anything in it is read (RELIABILITY §2).

Used in the child processes too, which know neither Django nor our settings: standard library
only. It unpacks piece by piece, so that the worst file costs a second and a few megabytes.
"""

import io
import re
import stat
import zipfile
import zlib
from xml.etree import ElementTree

MAX_ENTRIES = 2_000
MAX_UNPACKED = 100 * 2**20  # bytes
MAX_RATIO = 100
RATIO_FROM = 2**20  # smaller parts may be as repetitive as they like
MAX_LINKS = 2 * 2**20  # bytes of a part that says what leads where; those are read whole
_CHUNK = 2**20
_OVERLAP = 200  # bytes of a piece that are looked at once more with the next one
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError)
# Of a part without its zero bytes, so that UTF-16 hides nothing.
_DOCTYPE = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_COMMAND = re.compile(  # a DDE link has a program run
    rb"<(?:\w+:)?ddeLink|<w:instrText[^>]{0,60}>\s*DDE|w:instr=[\"']\s*DDE", re.IGNORECASE
)
_MAIN_PARTS = {"xlsx": r"xl/workbook[0-9]*\.xml", "docx": r"word/document[0-9]*\.xml"}
_NO_MAIN_PART = {"xlsx": "not_workbook", "docx": "not_document"}
_TEMPLATE_OF_ONES_OWN = re.compile(r"file:/{2,3}[a-z]:[\\/]")  # a path on the writer's own disk


class Refused(Exception):
    """The file is not read, for the reason given as a code."""


def check_archive(data: bytes, kind: str) -> None:
    """Refuse an archive that is a bomb, lies, has macros, reaches outside or is not a `kind`.

    `kind` is xlsx or docx. Raises Refused.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_sizes(entries)
            _check_names([entry.orig_filename for entry in entries], kind)
            if any(entry.flag_bits & 1 for entry in entries):
                raise Refused("password")
            if any(stat.S_ISLNK(entry.external_attr >> 16) for entry in entries):
                raise Refused("damaged")
            for entry in entries:
                _check_part(archive, entry)
    except _BROKEN as error:
        raise Refused("damaged") from error


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED:
        raise Refused("bomb")
    sizes = [(entry.file_size, entry.compress_size) for entry in entries]
    for size, small in [*sizes, (unpacked, packed)]:
        if size > RATIO_FROM and size > MAX_RATIO * max(small, 1):
            raise Refused("bomb")


def _check_names(names: list[str], kind: str) -> None:
    low = [name.casefold() for name in names]
    if len(set(low)) < len(low):
        raise Refused("damaged")
    if any(re.match(r"[/\\]|[a-z]:|.*(^|[/\\])\.\.([/\\]|$)", name, re.S) for name in low):
        raise Refused("damaged")
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in low):
        raise Refused("macro")
    main_parts = [name for name in low if re.fullmatch(_MAIN_PARTS[kind], name)]
    if "[content_types].xml" not in low or not main_parts:
        raise Refused(_NO_MAIN_PART[kind])


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    name = entry.filename.casefold()
    if not name.endswith((".xml", ".rels", ".vml")):
        return
    is_about_links = name.endswith(".rels") or name == "[content_types].xml"
    if is_about_links and entry.file_size > MAX_LINKS:
        raise Refused("bomb")
    with archive.open(entry) as part:
        tail = b""
        while chunk := part.read(_CHUNK):
            seen = tail + chunk.replace(b"\0", b"")
            if _DOCTYPE.search(seen):
                raise Refused("damaged")
            if _COMMAND.search(seen):
                raise Refused("external")
            tail = seen[-_OVERLAP:]
    if name == "[content_types].xml" and b"macroenabled" in archive.read(entry).lower():
        raise Refused("macro")
    if name.endswith(".rels"):
        _check_links(archive.read(entry))


def _check_links(rels: bytes) -> None:
    try:
        tree = ElementTree.fromstring(rels)  # noqa: S314 - a DOCTYPE was refused: no entities
    except (ElementTree.ParseError, LookupError) as error:
        raise Refused("damaged") from error
    for link in tree.iter():
        if link.get("TargetMode", "").casefold() == "external" and not _is_harmless(link):
            raise Refused("external")


def _is_harmless(link: ElementTree.Element) -> bool:
    """Whether an outside target is a link to click, or the template on the writer's own disk.

    Word writes the latter into every document made from a template; nobody ever follows it here.
    """
    kind, target = link.get("Type", "").casefold(), link.get("Target", "").casefold()
    return kind.endswith("/hyperlink") or (
        kind.endswith("/attachedtemplate") and bool(_TEMPLATE_OF_ONES_OWN.match(target))
    )
