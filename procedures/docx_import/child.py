"""Take a Word document apart in a process of its own, with memory and time limits.

Run by path (`python -I child.py docx`). The file comes on standard input; JSON goes to standard
output: `{"body": [block…], "headers": [part…], "footers": [part…], "hidden": [text…]}`, or
`{"refused": reason}`. A block is a paragraph `{"text", "label", "style", "bold", "center"}` or a
table `{"rows": [[{"col", "span", "cont", "blocks"}]]}`: `cont` where a cell goes on from the one
above. Inserted text counts, deleted text does not, hidden text is told apart.
"""

import io
import posixpath
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

sys.path.append(str(Path(__file__).resolve().parents[2]))  # run by path, it knows no package
from procedures.docx_import.numbering import Numbering, W, value_of, whole
from qms.records.archives import Refused, check_archive
from qms.records.confined import answer

MAX_CELLS = 100_000
MAX_PARAGRAPHS = 200_000
MAX_LETTERS = 5_000_000
MAX_PART = 48 * 2**20  # bytes of one part, unpacked
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", _R[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", _M[1:-1].encode()),
)
_GONE = {f"{W}del", f"{W}moveFrom", f"{W}rPr", f"{W}pPr", f"{W}instrText", f"{W}delText"}
_SYMBOLS = {
    "F0FC": "✓",
    "F0FE": "☒",
    "F0FB": "✗",
    "F0A8": "□",
    "F06F": "□",
    "F052": "☑",
    "F0B7": "-",
}
_SIGNS = {
    **dict.fromkeys((f"{W}tab", f"{W}ptab"), "\t"),
    **dict.fromkeys((f"{W}br", f"{W}cr"), "\n"),
    f"{W}noBreakHyphen": "-",
}
_BLOCKS_INSIDE = {f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}moveTo"}


def parse(data: bytes, kind: str) -> dict[str, Any]:
    """Return the story of `data`. Raises Refused."""
    check_archive(data, kind)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            return _Document(archive).story()
        except (etree.XMLSyntaxError, LookupError, ValueError, RecursionError) as error:
            raise Refused("damaged") from error


class _Document:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.casefold(): name for name in archive.namelist()}
        self._main = self._main_part()
        folder = posixpath.dirname(self._main)
        self._links = {
            link.get("Id", ""): (
                link.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join(folder, link.get("Target", "")).lstrip("/")),
            )
            for link in self._rels(f"{folder}/_rels/{posixpath.basename(self._main)}.rels")
        }
        self._numbering = Numbering(self._linked("numbering"))
        self._styles = _styles(self._linked("styles"))
        self._hidden: list[str] = []
        self._cells = self._paragraphs = self._letters = 0

    def story(self) -> dict[str, Any]:
        root = self._part(self._main)
        body = None if root is None else root.find(f"{W}body")
        if body is None:
            raise Refused("not_document")
        blocks = list(self._blocks(body))
        return {
            "body": blocks,
            "headers": list(self._parts(body, "header")),
            "footers": list(self._parts(body, "footer")),
            "hidden": self._hidden,
        }

    # Parts of the archive

    def _main_part(self) -> str:
        for link in self._rels("_rels/.rels"):
            if link.get("Type", "").endswith("/officeDocument"):
                return link.get("Target", "").lstrip("/")
        return "word/document.xml"

    def _rels(self, name: str) -> Iterator[Any]:
        root = self._part(name)
        return iter([] if root is None else [e for e in root if isinstance(e.tag, str)])

    def _linked(self, kind: str) -> Any:
        found = next((target for is_of, target in self._links.values() if is_of == kind), "")
        return self._part(found) if found else None

    def _part(self, name: str) -> Any:
        name = self._names.get(name.casefold(), "")
        if not name:
            return None
        if self._archive.getinfo(name).file_size > MAX_PART:
            raise Refused("too_heavy")
        data = self._archive.read(name)
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        return etree.fromstring(data, parser)

    def _parts(self, body: Any, kind: str) -> Iterator[dict[str, Any]]:
        seen = set()
        for section in body.iter(f"{W}sectPr"):
            first = section.find(f"{W}titlePg") is not None
            for reference in section.iterfind(f"{W}{kind}Reference"):
                _, name = self._links.get(reference.get(f"{_R}id", ""), ("", ""))
                root = None if name in seen else self._part(name)
                seen.add(name)
                if root is not None:
                    shown = reference.get(f"{W}type") != "first" or first
                    yield {"shown": shown, "blocks": list(self._blocks(root))}

    # Blocks

    def _blocks(self, parent: Any) -> Iterator[dict[str, Any]]:
        for child in parent:
            if child.tag == f"{W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{W}tbl":
                yield self._table(child)
            elif child.tag in _BLOCKS_INSIDE:
                yield from self._blocks(child)

    def _paragraph(self, paragraph: Any) -> Iterator[dict[str, Any]]:
        self._paragraphs += 1
        if self._paragraphs > MAX_PARAGRAPHS:
            raise Refused("too_heavy")
        properties = paragraph.find(f"{W}pPr")
        style = self._styles.get(value_of(properties, "pStyle") or "", {})
        runs: list[tuple[str, bool]] = []
        boxes: list[Any] = []
        self._walk(paragraph, runs, boxes, is_bold=bool(style.get("bold")))
        text = "".join(text for text, _ in runs)
        self._letters += len(text)
        if self._letters > MAX_LETTERS:
            raise Refused("too_heavy")
        shown = [bold for text, bold in runs if re.search(r"\w", text)]
        yield {
            "text": text,
            "label": self._label(properties, style),
            "style": style.get("name", ""),
            "bold": bool(shown) and all(shown),
            "center": value_of(properties, "jc") == "center",
        }
        for box in boxes:
            yield from self._blocks(box)

    def _label(self, properties: Any, style: dict[str, Any]) -> str:
        own = properties.find(f"{W}numPr") if properties is not None else None
        number = value_of(own, "numId") or style.get("num")
        level = value_of(own, "ilvl") if own is not None else style.get("level")
        if not number or number == "0":
            return ""
        return self._numbering.label(number, whole(level))

    def _walk(
        self, element: Any, runs: list[tuple[str, bool]], boxes: list[Any], *, is_bold: bool
    ) -> None:
        for child in element:
            tag = child.tag
            if tag in _GONE or not isinstance(tag, str):
                continue
            if tag == f"{W}r":
                self._run(child, runs, boxes, is_bold=is_bold)
            elif tag == f"{_M}oMath" or tag == f"{_M}oMathPara":
                runs.append((_formula(child), is_bold))
            elif tag == f"{W}txbxContent":
                boxes.append(child)
            elif tag == f"{_MC}AlternateContent":
                choice = child.find(f"{_MC}Choice")
                self._walk(child if choice is None else choice, runs, boxes, is_bold=is_bold)
            else:
                self._walk(child, runs, boxes, is_bold=is_bold)

    def _run(
        self, run: Any, runs: list[tuple[str, bool]], boxes: list[Any], *, is_bold: bool
    ) -> None:
        properties = run.find(f"{W}rPr")
        own = properties.find(f"{W}b") if properties is not None else None
        if own is not None:
            is_bold = _is_on(own)
        vanish = properties.find(f"{W}vanish") if properties is not None else None
        is_hidden = vanish is not None and _is_on(vanish)
        pieces = []
        for child in run:
            tag = child.tag
            if tag == f"{W}t":
                pieces.append(child.text or "")
            elif tag in _SIGNS:
                pieces.append(_SIGNS[tag])
            elif tag == f"{W}sym":
                pieces.append(_SYMBOLS.get((child.get(f"{W}char") or "").upper(), ""))
            elif tag not in _GONE and isinstance(tag, str):
                self._walk([child], runs, boxes, is_bold=is_bold)
        text = "".join(pieces)
        if not is_hidden:
            runs.append((text, is_bold))
        elif text.strip():
            self._hidden.append(text)

    # Tables

    def _table(self, table: Any) -> dict[str, Any]:
        return {"rows": [self._row(row) for row in _inside(table, f"{W}tr")]}

    def _row(self, row: Any) -> list[dict[str, Any]]:
        properties = row.find(f"{W}trPr")
        if properties is not None and properties.find(f"{W}del") is not None:
            return []
        column = whole(value_of(properties, "gridBefore"))
        cells = []
        for cell in _inside(row, f"{W}tc"):
            self._cells += 1
            if self._cells > MAX_CELLS:
                raise Refused("too_heavy")
            of_cell = cell.find(f"{W}tcPr")
            span = min(max(whole(value_of(of_cell, "gridSpan"), 1), 1), 200)
            merge = of_cell.find(f"{W}vMerge") if of_cell is not None else None
            goes_on = merge is not None and merge.get(f"{W}val", "continue") == "continue"
            blocks = list(self._blocks(cell))
            cells.append({"col": column, "span": span, "cont": goes_on, "blocks": blocks})
            column += span
        return cells


def _inside(parent: Any, tag: str) -> Iterator[Any]:
    """Yield the children `tag`, through content controls and tracked insertions."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _BLOCKS_INSIDE:
            yield from _inside(child, tag)


def _is_on(switch: Any) -> bool:
    return switch.get(f"{W}val", "1") not in ("0", "false", "off")


def _formula(math: Any) -> str:
    """Return a formula as one line, a fraction as `1/2`."""
    if math.tag == f"{_M}f":
        parts = [math.find(f"{_M}{name}") for name in ("num", "den")]
        return "/".join(_formula(part) for part in parts if part is not None)
    if math.tag == f"{_M}t":
        return math.text or ""
    return "".join(_formula(child) for child in math if isinstance(child.tag, str))


def _styles(root: Any) -> dict[str, dict[str, Any]]:
    """Return name, boldness and numbering of each paragraph style, inherited ones worked in."""
    raw = {} if root is None else {s.get(f"{W}styleId", ""): s for s in root.iterfind(f"{W}style")}
    styles: dict[str, dict[str, Any]] = {}
    for identity in raw:
        chain: list[Any] = []
        at = identity
        while at in raw and raw[at] not in chain and len(chain) < 20:
            chain.append(raw[at])
            at = value_of(raw[at], "basedOn") or ""
        told: dict[str, Any] = {}
        for style in reversed(chain):
            told |= _own_style(style)
        styles[identity] = told | {"name": value_of(raw[identity], "name") or identity}
    return styles


def _own_style(style: Any) -> dict[str, Any]:
    told: dict[str, Any] = {}
    run, paragraph = style.find(f"{W}rPr"), style.find(f"{W}pPr")
    bold = run.find(f"{W}b") if run is not None else None
    if bold is not None:
        told["bold"] = _is_on(bold)
    numbered = paragraph.find(f"{W}numPr") if paragraph is not None else None
    if numbered is not None:
        if value_of(numbered, "numId"):
            told["num"] = value_of(numbered, "numId")
        told["level"] = value_of(numbered, "ilvl") or "0"
    return told


if __name__ == "__main__":
    answer(parse)
