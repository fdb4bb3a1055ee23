"""What the database refuses by itself: a mandate that changes after it was recorded."""

from qms.foundation.triggers import only_ends

_MANDATE = "records_mandate"
_MANDATED = (
    "agency_id kind giver_id holder_id number issued_on content for_documents for_audits file_id"
    " recorded_by_id"
)

TRIGGERS = only_ends(_MANDATE, "Văn bản giao ký", _MANDATED)
