"""What a decision says by default: grounds, recipients, transitional clause; all is edited."""

import re
from collections.abc import Iterable

from procedures.models import ProcedureVersion
from qms.foundation.text import clean
from qms.organisation.models import AgencyProfile, Unit

TRANSITION = (
    "Hồ sơ tiếp nhận trước ngày Quyết định này có hiệu lực vẫn áp dụng quy trình đã ban hành trước "
    "đó cho đến khi giải quyết xong."
)
# What a document of the quality system of a state office stands on (DOMAIN 1.1, 1.2).
_GROUNDS = (
    "Căn cứ Quyết định số 19/2014/QĐ-TTg ngày 05 tháng 3 năm 2014 của Thủ tướng Chính phủ về việc "
    "áp dụng Hệ thống quản lý chất lượng theo Tiêu chuẩn quốc gia TCVN ISO 9001:2008 vào hoạt "
    "động của các cơ quan, tổ chức thuộc hệ thống hành chính nhà nước;",
    "Căn cứ Thông tư số 26/2014/TT-BKHCN ngày 10 tháng 10 năm 2014 của Bộ trưởng Bộ Khoa học và "
    "Công nghệ quy định chi tiết thi hành Quyết định số 19/2014/QĐ-TTg;",
)
_NUMBER_AND_DAY = re.compile(r"(\S+),?\s+(?:ngày\s+)?(\d{1,2})/(\d{1,2})/(\d{4})")
_MOST_DECISIONS = 5  # of the TTHC that are named one by one


def proposed_grounds(agency: Unit, versions: Iterable[ProcedureVersion]) -> str:
    """Return the grounds, one a line: law, standard, the QĐ công bố TTHC of what is issued."""
    profile = AgencyProfile.objects.filter(unit=agency).first()
    standard = profile.standard if profile else "TCVN ISO 9001:2015"
    named = {
        clean(covered.decision): None
        for version in versions
        for covered in version.document.tthc
        if clean(covered.decision)
    }
    lines = [*_GROUNDS, f"Căn cứ tiêu chuẩn {standard};"]
    if len(named) <= _MOST_DECISIONS:
        lines += [f"Căn cứ {_in_full(number)};" for number in named]
    return "\n".join([*lines, "Theo đề nghị của Thư ký ISO."])


def _in_full(announced: str) -> str:
    """Return `12/QĐ-UBND 05/03/2022` as a decision cites it; a decision abbreviates nothing."""
    told = _NUMBER_AND_DAY.fullmatch(announced)
    if told is None:
        return f"Quyết định công bố thủ tục hành chính số {announced}"
    number, day, month, year = told.groups()
    shown = f"{int(month):02d}" if int(month) <= 2 else str(int(month))  # NĐ 30/2020, Phụ lục I
    dated = f"ngày {int(day):02d} tháng {shown} năm {year}"
    return f"Quyết định số {number.rstrip(',')} {dated} công bố thủ tục hành chính"


def proposed_recipients(agency: Unit) -> str:
    """Return the recipients, one a line, the file copy last."""
    profile = AgencyProfile.objects.filter(unit=agency).first()
    above = [f"{profile.parent_name} (để b/c);"] if profile and profile.parent_name else []
    return "\n".join(["Như Điều 3;", *above, "Lưu: VT, Thư ký ISO."])
