"""The whole document of a version, and what stands around it on every page."""

from procedures.models import Procedure
from procedures.pdf.body import sections
from procedures.pdf.front import front_page, revision_page
from procedures.pdf.printed import Mark, PrintedVersion
from qms.foundation.dates import format_date
from qms.records.pdf import Furniture, Head, Part, Stamp, build

_KINDS = {
    Procedure.Kind.TTHC: "QUY TRÌNH",
    Procedure.Kind.SYSTEM: "QUY TRÌNH",
    Procedure.Kind.POLICY: "TÀI LIỆU",
    Procedure.Kind.INSTRUCTION: "HƯỚNG DẪN CÔNG VIỆC",
}
_WARNINGS = {
    Mark.NONE: "",
    Mark.DRAFT: "DỰ THẢO – CHƯA BAN HÀNH, KHÔNG DÙNG ĐỂ GIẢI QUYẾT CÔNG VIỆC",
    Mark.DISCARDED: "DỰ THẢO ĐÃ HỦY – KHÔNG DÙNG ĐỂ GIẢI QUYẾT CÔNG VIỆC",
    Mark.NEVER: "KHÔNG CÓ HIỆU LỰC – KHÔNG DÙNG ĐỂ GIẢI QUYẾT CÔNG VIỆC",
}


def version_pdf(printed: PrintedVersion, *stamps: Stamp) -> bytes:
    """Return the PDF of what is printed; the same bytes each time.

    Once for each of `stamps`, which stands on every page; once without any where there is none.
    """
    return build(version_story(printed), furniture(printed, stamps))


def version_story(printed: PrintedVersion) -> list[Part]:
    """Return the pages of a version: front, revisions, and its sections, numbered through."""
    return [*front_page(printed), *revision_page(printed), *sections(printed)]


def furniture(printed: PrintedVersion, stamps: tuple[Stamp, ...] = ()) -> Furniture:
    """Return what stands around the text on every page: head, foot, mark, warning, stamps."""
    numbers = _numbers(printed)
    head = Head(
        superior=printed.agency_parent,
        office=printed.agency_name,
        kind=_KINDS[printed.kind],
        title=printed.content.title,
        facts=(
            ("Mã hiệu", printed.code),
            *numbers,
            ("Ngày ban hành", format_date(printed.issued_on) or "chưa có"),
        ),
        brief=1 + len(numbers),
    )
    effect = format_date(printed.effective_on) or "chưa có"
    return Furniture(
        title=f"{printed.code} {printed.content.title}",
        author=printed.agency_name,
        subject=f"{printed.standard}; {'; '.join(f'{a}: {b}' for a, b in numbers)}",
        head=head,
        foot=(
            " – ".join([printed.code, *(f"{label} {value}" for label, value in numbers)]),
            f"Ngày hiệu lực: {effect}",
        ),
        mark=printed.mark,
        warning=_warning(printed),
        stamps=stamps,
        trace=printed.ledger,
    )


def _numbers(printed: PrintedVersion) -> list[tuple[str, str]]:
    if printed.issue_no is None:
        return [("Lần ban hành", "chưa có")]
    expected = " (dự kiến)" if printed.is_expected else ""
    numbers = [("Lần ban hành", f"{printed.issue_no:02d}{expected}")]
    if printed.revision_no is not None:
        numbers.append(("Lần sửa đổi", f"{printed.revision_no:02d}{expected}"))
    return numbers


def _warning(printed: PrintedVersion) -> str:
    if printed.mark is not Mark.ENDED:
        return _WARNINGS[printed.mark]
    day = f" TỪ NGÀY {format_date(printed.ended_on)}" if printed.ended_on else ""
    if printed.transition:
        return f"HẾT HIỆU LỰC{day} – CHỈ ÁP DỤNG CHO HỒ SƠ TIẾP NHẬN TRƯỚC NGÀY ĐÓ"
    return f"HẾT HIỆU LỰC{day} – KHÔNG DÙNG ĐỂ GIẢI QUYẾT CÔNG VIỆC"
