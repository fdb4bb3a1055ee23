"""The sections of a version, in the outline that offices know, numbered as they come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reportlab.platypus import Paragraph

from procedures.content import Content, DossierItem, LegalBasis, Statement
from procedures.models import Procedure
from procedures.pdf.printed import PrintedVersion
from procedures.pdf.steps import step_table
from procedures.pdf.wording import (
    NOTHING_KNOWN,
    applying,
    copies,
    form_name,
    limit,
    of_case,
    trusted,
)
from procedures.reading import retention_text
from qms.foundation.text import clean
from qms.records.pdf import (
    Column,
    Heading,
    Part,
    Row,
    Span,
    bold,
    cell,
    heading,
    italic,
    item,
    lead,
    markup,
    narrative,
    paragraph,
    table,
)
from qms.records.pdf.text import BODY, SMALL

_MEDIA = {"": "", "paper": "Giấy", "electronic": "Điện tử", "both": "Giấy và điện tử"}
_BASES = {"direct": "", "general": "Văn bản viện dẫn chung:"}


@dataclass
class _Numbers:
    """Counts sections and their parts, so that no number is ever typed."""

    section: int = 0
    part: int = 0

    def next_section(self, title: str) -> Heading:
        self.section, self.part = self.section + 1, 0
        return heading(f"{self.section}. {title}", is_capital=True)

    def next_part(self, title: str) -> Heading:
        self.part += 1
        return heading(f"{self.section}.{self.part}. {title}", 1)


def sections(printed: PrintedVersion) -> Iterator[Part]:
    """Yield all sections; those of a procedure stand even where nothing is known of them.

    Of a document that is known from its paper alone only what is known is printed.
    """
    content, numbers = printed.content, _Numbers()
    is_tthc = printed.kind == Procedure.Kind.TTHC and not printed.is_on_paper
    is_fixed = is_tthc or printed.kind == Procedure.Kind.SYSTEM
    named: list[tuple[str, list[Part]]] = [
        ("Mục đích", _told(content, "purpose")),
        ("Phạm vi", [*_told(content, "scope"), *_covered(content)]),
        ("Tài liệu viện dẫn", _told(content, "references")),
        ("Định nghĩa, viết tắt", [*_told(content, "definitions"), *_abbreviations(content)]),
    ]
    for title, parts in named:
        if parts or is_fixed:
            yield numbers.next_section(title)
            yield from parts or [paragraph(markup(NOTHING_KNOWN))]
    yield from _main(content, numbers, is_whole=is_tthc)
    for title, rest, nothing in (
        ("Biểu mẫu", list(_forms(content)), "Không có biểu mẫu."),
        ("Hồ sơ lưu", list(_records(content)), "Chưa quy định hồ sơ phải lưu."),
    ):
        if rest or is_fixed:
            yield numbers.next_section(title)
            yield from rest or [paragraph(markup(nothing))]


def _told(content: Content, name: str) -> list[Part]:
    """Return what the field says, marked where it was made up to show."""
    parts: list[Part] = list(narrative(getattr(content, name)))
    if parts and name in content.illustrative:
        parts.append(paragraph(italic("(Nội dung minh họa, cơ quan cần xác nhận.)"), SMALL))
    return parts


def _covered(content: Content) -> Iterator[Part]:
    if not content.tthc:
        return
    yield lead("Áp dụng để giải quyết thủ tục hành chính (TTHC):")
    columns = [
        Column("TT", 10, is_centered=True),
        Column("Mã TTHC", 25, is_centered=True),
        Column("Tên thủ tục hành chính", 80),
        Column("Quyết định công bố TTHC", 50),
    ]
    rows: list[Row] = [
        [str(number), covered.code, covered.name, covered.decision or "chưa rõ"]
        for number, covered in enumerate(content.tthc, 1)
    ]
    yield table(columns, rows)


def _abbreviations(content: Content) -> Iterator[Part]:
    if not content.abbreviations:
        return
    rows: list[Row] = [[row.short, row.meaning] for row in content.abbreviations]
    yield table([Column("Viết tắt", 35), Column("Nghĩa", 130)], rows)
    if "abbreviations" in content.illustrative:
        yield paragraph(italic("(Nội dung minh họa, cơ quan cần xác nhận.)"), SMALL)


def _main(content: Content, numbers: _Numbers, *, is_whole: bool) -> Iterator[Part]:
    """Yield the section that says what is done; `is_whole`: with every part that a TTHC has."""
    parts = [
        (title, list(made))
        for title, made in (
            ("Cơ sở pháp lý", _bases(content)),
            ("Thành phần hồ sơ", _dossier(content)),
            ("Số lượng hồ sơ", _sets(content)),
            ("Thời hạn giải quyết", _limits(content)),
            ("Nơi tiếp nhận và trả kết quả", _reception(content)),
            ("Phí, lệ phí", _statements(content, content.fees)),
            ("Đối tượng thực hiện", _plain(content.applicants)),
            ("Kết quả thực hiện", _statements(content, content.results)),
            ("Yêu cầu, điều kiện", _told(content, "conditions")),
            ("Quy trình xử lý công việc", step_table(content)),
        )
    ]
    told = [*_attached(content), *_body(content, numbers)]
    if told and numbers.section == 0 and not any(made for _, made in parts):
        yield from told
        return
    yield numbers.next_section("Nội dung")
    yield from told
    for title, made in parts:
        if made or is_whole:
            yield numbers.next_part(title)
            yield from made or [paragraph(markup(NOTHING_KNOWN))]
    if not told and not is_whole and not any(made for _, made in parts):
        yield paragraph(markup(NOTHING_KNOWN))


def _attached(content: Content) -> Iterator[Part]:
    if content.file:
        name = bold(content.file.label)
        yield paragraph(
            f"{markup('Nội dung của tài liệu là tệp đính kèm')} {name} "
            f"{markup(f'(SHA-256: {content.file.sha256}).')}"
        )


def _body(content: Content, numbers: _Numbers) -> list[Part]:
    """Return the written document; its own headings stand in the outline, below the section."""
    alone = numbers.section == 0
    parts: list[Part] = list(narrative(content.body, level=0 if alone else 1))
    if parts and "body" in content.illustrative:
        parts.append(paragraph(italic("(Nội dung minh họa, cơ quan cần xác nhận.)"), SMALL))
    return parts


# --- the parts of section 5 ---


def _bases(content: Content) -> Iterator[Part]:
    for kind, words in _BASES.items():
        listed = [basis for basis in content.bases if basis.kind == kind]
        if listed and words:
            yield lead(words)
        yield from (item(_basis(basis, content), "–") for basis in listed)


def _basis(basis: LegalBasis, content: Content) -> str:
    text = bold(basis.number)
    text += f": {markup(basis.title)}" if basis.title else ""
    text += f" – {markup(basis.note)}" if basis.note else ""
    return applying(text, basis.tthc, content) + trusted("", basis.origin)


def _dossier(content: Content) -> Iterator[Part]:
    if content.has_no_dossier:
        yield paragraph(markup("Không yêu cầu giấy tờ."))
    if not content.dossier:
        return
    columns = [
        Column("TT", 10, is_centered=True),
        Column("Tên giấy tờ", 111),
        Column("Bản chính", 20, is_centered=True),
        Column("Bản sao", 24, is_centered=True),
    ]
    labels = {case.key: case.label for case in content.cases}
    groups = list(dict.fromkeys((row.kind, row.case) for row in content.dossier))
    rows: list[Row] = []
    for kind, case in groups:
        if groups != [("submit", "")]:
            rows.append([Span(cell(bold(_group(kind, labels.get(case, "")))), 4)])
        for row in content.dossier:
            if (row.kind, row.case) == (kind, case):
                number = sum(len(each) > 1 for each in rows) + 1
                rows.append([str(number), *_dossier_row(row, content)])
    yield table(columns, rows)


def _group(kind: str, case: str) -> str:
    what = "Giấy tờ phải nộp" if kind == "submit" else "Giấy tờ phải xuất trình"
    return f"{what} – {of_case(case)}" if case else what


def _dossier_row(row: DossierItem, content: Content) -> Iterator[str | list[Paragraph]]:
    name = cell(applying(trusted(row.name, row.origin), row.tthc, content))
    if row.condition:
        name += cell(italic(row.condition))
    if form := content.form(row.form):
        name += cell(italic(f"Theo mẫu: {form_name(form)}"))
    yield name
    yield copies(row.originals)
    yield clean(f"{copies(row.copies)} {row.copy_kind}")


def _sets(content: Content) -> Iterator[Part]:
    if content.dossier_sets is not None:
        yield paragraph(markup(f"{content.dossier_sets:02d} bộ."))


def _limits(content: Content) -> Iterator[Part]:
    labels = {case.key: case.label for case in content.cases}
    for row in content.limits:
        case = labels.get(row.case, "")
        text = (f"{of_case(case)}: " if case else "") + limit(row)
        told = applying(trusted(text, row.origin), [row.tthc] if row.tthc else [], content)
        yield paragraph(told) if len(content.limits) == 1 else item(told, "–")


def _reception(content: Content) -> Iterator[Part]:
    if content.reception_place:
        yield paragraph(markup(content.reception_place))
    if content.submission_modes:
        modes = "; ".join(content.submission_modes)
        yield paragraph(markup(f"Cách thức thực hiện: {modes}."))


def _statements(content: Content, rows: tuple[Statement, ...]) -> Iterator[Part]:
    for row in rows:
        told = applying(trusted(row.text, row.origin), row.tthc, content)
        yield paragraph(told) if len(rows) == 1 else item(told, "–")


def _plain(texts: Iterable[str]) -> Iterator[Part]:
    listed = list(texts)
    for text in listed:
        yield paragraph(markup(text), BODY) if len(listed) == 1 else item(markup(text), "–")


# --- the last sections ---


def _forms(content: Content) -> Iterator[Part]:
    if not content.forms:
        return
    columns = [
        Column("TT", 10, is_centered=True),
        Column("Mã hiệu", 30, is_centered=True),
        Column("Tên biểu mẫu", 75),
        Column("Nguồn", 50),
    ]
    rows: list[Row] = []
    for number, form in enumerate(content.forms, 1):
        name = applying(trusted(form.name, form.origin), form.tthc, content)
        internal = form.kind == "internal"
        source = "Biểu mẫu nội bộ" if internal else f"Mẫu do {form.source or 'văn bản'} quy định"
        rows.append([str(number), form.code or "–", cell(name), source])
    yield table(columns, rows)


def _records(content: Content) -> Iterator[Part]:
    if not content.records:
        return
    columns = [
        Column("TT", 10, is_centered=True),
        Column("Tên hồ sơ", 77),
        Column("Nơi lưu, người lưu", 42),
        Column("Dạng lưu", 17, is_centered=True),
        Column("Thời gian lưu", 19, is_centered=True),
    ]
    rows: list[Row] = [
        [
            str(number),
            cell(trusted(record.name, record.origin)),
            record.keeper or "chưa rõ",
            _MEDIA[record.medium] or "–",
            retention_text(record).capitalize(),
        ]
        for number, record in enumerate(content.records, 1)
    ]
    yield table(columns, rows)
