"""What the database refuses by itself: a mandate that changes, a counter that jumps."""

from qms.foundation.triggers import Trigger, changed, only_ends

_MANDATE = "records_mandate"
_MANDATED = (
    "agency_id kind giver_id holder_id number issued_on content for_documents for_audits file_id"
    " recorded_by_id"
)
_SERIES = "records_numberseries"
_COUNTS = "Dãy số chỉ đếm tiếp từng số, không sửa, xóa."

TRIGGERS = [
    *only_ends(_MANDATE, "Văn bản giao ký", _MANDATED),
    Trigger(f"{_SERIES}_begins", _SERIES, "INSERT", "NEW.last <> 0", _COUNTS),
    Trigger(
        f"{_SERIES}_counts",
        _SERIES,
        "UPDATE",
        f"{changed('unit_id name year')} OR NEW.last <> OLD.last + 1",
        _COUNTS,
    ),
    Trigger(f"{_SERIES}_kept", _SERIES, "DELETE", "1 = 1", _COUNTS),
]
