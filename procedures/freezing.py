"""What the database refuses by itself: changes of what was signed, overlapping periods."""

from qms.foundation.triggers import Trigger, never_changes, only_ends

_VERSION = "procedures_procedureversion"
_PERIOD = "procedures_inforceperiod"
_DECISION = "procedures_decision"
_ITEM = "procedures_decisionitem"
_EXCLUSION = "procedures_exclusion"
_REQUEST = "procedures_changerequest"
_CORRECTION = "procedures_decisioncorrection"
_COPY = "procedures_printedcopy"
_LEGAL = "procedures_legaldocument"
_BASIS = "procedures_versionbasis"
_RECALL = "procedures_recallrecord"
_ASSIGNMENT = "procedures_fieldassignment"
_ASSIGNED = "agency_id person_id scope field_id number issued_on recorded_by_id"
_FROZEN = "('approved', 'issued', 'discarded')"
_KEPT = (
    "content",
    "content_sha256",
    "procedure_id",
    "origin",
    "issue_no",
    "revision_no",
    "approved_by_id",
    "approved_at",
    "scan_id",
)
_LINK_TABLES = (
    "procedures_versiontthc",
    _BASIS,
    "procedures_versionform",
    "procedures_stepduty",
    "procedures_versiontakesup",
)
_MESSAGE = "Nội dung đã phê duyệt không được sửa, xóa."
_SIGNED = "Quyết định đã phê duyệt không được sửa, xóa."


def _changed(*names: str) -> str:
    return " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in names)


def _version_triggers() -> list[Trigger]:
    changed = _changed(*_KEPT)
    return [
        Trigger(
            f"{_VERSION}_frozen",
            _VERSION,
            "UPDATE",
            f"OLD.status IN {_FROZEN} AND ({changed})",
            _MESSAGE,
        ),
        Trigger(
            f"{_VERSION}_issued_stays",
            _VERSION,
            "UPDATE",
            "OLD.status = 'issued' AND NEW.status <> 'issued'",
            "Phiên bản đã ban hành không đổi trạng thái.",
        ),
        Trigger(
            f"{_VERSION}_token_stays",
            _VERSION,
            "UPDATE",
            f"OLD.token IS NOT NULL AND ({_changed('token')})",
            "Mã tra cứu của bản in không được sửa.",
        ),
        Trigger(f"{_VERSION}_kept", _VERSION, "DELETE", f"OLD.status IN {_FROZEN}", _MESSAGE),
    ]


def _link_triggers() -> list[Trigger]:
    def frozen(row: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM {_VERSION} v "
            f"WHERE v.id = {row}.version_id AND v.status IN {_FROZEN})"
        )

    # A document may come into the register after the version that names it was approved.
    named = (
        f"EXISTS (SELECT 1 FROM {_VERSION} v, {_LEGAL} d WHERE v.id = NEW.version_id "
        "AND d.id = NEW.document_id AND v.content LIKE '%' || d.number || '%')"
    )
    made = []
    for table in _LINK_TABLES:
        added = frozen("NEW")
        if table == _BASIS:
            added = f"{added} AND NOT {named}"
        made += [
            Trigger(f"{table}_frozen_insert", table, "INSERT", added, _MESSAGE),
            Trigger(f"{table}_frozen_update", table, "UPDATE", frozen("OLD"), _MESSAGE),
            Trigger(f"{table}_frozen_delete", table, "DELETE", frozen("OLD"), _MESSAGE),
        ]
    return made


def _period_triggers() -> list[Trigger]:
    overlap = (
        "NEW.voided_at IS NULL AND EXISTS ("
        f"SELECT 1 FROM {_PERIOD} p WHERE p.procedure_id = NEW.procedure_id "
        "AND p.id <> COALESCE(NEW.id, -1) AND p.voided_at IS NULL "
        "AND (p.valid_to IS NULL OR p.valid_to > NEW.valid_from) "
        "AND (NEW.valid_to IS NULL OR NEW.valid_to > p.valid_from))"
    )
    message = "Hai bản của một quy trình không được cùng có hiệu lực."
    return [
        Trigger(f"{_PERIOD}_no_overlap_insert", _PERIOD, "INSERT", overlap, message),
        Trigger(f"{_PERIOD}_no_overlap_update", _PERIOD, "UPDATE", overlap, message),
        Trigger(
            f"{_PERIOD}_begun",
            _PERIOD,
            "UPDATE",
            _changed("version_id", "procedure_id", "valid_from", "begun_by_id"),
            "Thời gian hiệu lực đã ghi chỉ được kết thúc hoặc thu hồi.",
        ),
        Trigger(
            f"{_PERIOD}_kept", _PERIOD, "DELETE", "1 = 1", "Thời gian hiệu lực không được xóa."
        ),
    ]


def _of_decision(row: str, statuses: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {_DECISION} d "
        f"WHERE d.id = {row}.decision_id AND d.status IN {statuses})"
    )


def _decision_triggers() -> list[Trigger]:
    """What a leader signed stays, and so does what the văn thư entered, but for a correction."""
    decided = (
        "agency_id",
        "issuer_name",
        "origin",
        "subject",
        "transition",
        "grounds",
        "recipients",
        "approved_by_id",
        "approved_at",
    )
    signed = "('approved', 'issued', 'withdrawn')"
    issued = "('issued', 'withdrawn')"
    return [
        Trigger(
            f"{_DECISION}_signed",
            _DECISION,
            "UPDATE",
            f"OLD.status IN {signed} AND ({_changed(*decided)})",
            _SIGNED,
        ),
        Trigger(
            f"{_DECISION}_numbered",
            _DECISION,
            "UPDATE",
            f"OLD.status IN {issued} AND ({_changed('number', 'signed_on', 'effective_on')}) "
            f"AND NOT EXISTS (SELECT 1 FROM {_CORRECTION} c WHERE c.decision_id = NEW.id "
            "AND c.new_number = NEW.number AND c.new_signed_on = NEW.signed_on "
            "AND c.new_effective_on = NEW.effective_on)",
            _SIGNED,
        ),
        Trigger(
            f"{_DECISION}_original",
            _DECISION,
            "UPDATE",
            f"OLD.status IN {issued} AND ({_changed('signed_file_id', 'signed_check')})",
            _SIGNED,
        ),
        Trigger(f"{_DECISION}_kept", _DECISION, "DELETE", "1 = 1", _SIGNED),
    ]


def _item_triggers() -> list[Trigger]:
    """What a decision holds stays with what was signed; one from paper gains lines.

    It loses those that no leader accepted, whose version was given up.
    """
    signed = "('approved', 'issued', 'withdrawn')"
    issued = "('issued', 'withdrawn')"
    system_made = (
        f"EXISTS (SELECT 1 FROM {_DECISION} d WHERE d.id = NEW.decision_id "
        f"AND d.status IN {signed} AND d.origin = 'system')"
    )
    given_up = (
        f"EXISTS (SELECT 1 FROM {_DECISION} d, {_VERSION} v WHERE d.id = OLD.decision_id "
        "AND d.origin = 'paper' AND v.id = OLD.version_id AND v.status = 'discarded' "
        "AND OLD.removed_at IS NULL)"
    )
    contents = (
        f"{_changed('decision_id', 'kind', 'procedure_id', 'version_id')} "
        f"OR ({_changed('removed_at')}) AND NOT {given_up}"
    )
    return [
        Trigger(f"{_ITEM}_signed_insert", _ITEM, "INSERT", system_made, _SIGNED),
        Trigger(
            f"{_ITEM}_signed",
            _ITEM,
            "UPDATE",
            f"({contents}) AND {_of_decision('OLD', signed)}",
            _SIGNED,
        ),
        Trigger(
            f"{_ITEM}_issued",
            _ITEM,
            "UPDATE",
            f"({_changed('effective_on')}) AND {_of_decision('OLD', issued)}",
            _SIGNED,
        ),
        Trigger(f"{_ITEM}_kept", _ITEM, "DELETE", "1 = 1", _SIGNED),
    ]


def _exclusion_triggers() -> list[Trigger]:
    message = "Việc đưa ra khỏi phạm vi đã được lãnh đạo ký, không được sửa, xóa."
    names = ("responsibility_id", "reason", "note", "valid_from", "proposed_by_id", "accepted_at")
    return [
        Trigger(
            f"{_EXCLUSION}_signed",
            _EXCLUSION,
            "UPDATE",
            f"OLD.accepted_at IS NOT NULL AND ({_changed(*names)})",
            message,
        ),
        Trigger(f"{_EXCLUSION}_kept", _EXCLUSION, "DELETE", "OLD.accepted_at IS NOT NULL", message),
    ]


def _change_request_triggers() -> list[Trigger]:
    """What was asked stays as it was asked, and so does what it came to."""
    asked = (
        "agency_id",
        "procedure_id",
        "number",
        "kind",
        "review_id",
        "current_text",
        "step_key",
        "step_text",
        "what",
        "why",
        "origin_text",
        "requested_by_id",
        "requested_on",
        "recorded_at",
    )
    answer = (
        "status",
        "verdict_reason",
        "answered_by_id",
        "answered_at",
        "version_id",
        "abolished_by_id",
    )
    message = "Góp ý, đề nghị sửa đổi đã gửi không được sửa, xóa."
    return [
        Trigger(f"{_REQUEST}_asked", _REQUEST, "UPDATE", _changed(*asked), message),
        Trigger(
            f"{_REQUEST}_answered",
            _REQUEST,
            "UPDATE",
            f"OLD.status IN ('refused', 'answered') AND ({_changed(*answer)})",
            "Góp ý, đề nghị sửa đổi đã trả lời xong không được sửa.",
        ),
        Trigger(f"{_REQUEST}_kept", _REQUEST, "DELETE", "1 = 1", message),
    ]


def _copy_triggers() -> list[Trigger]:
    given = ("version_id", "number", "token", "unit_id", "holder", "handed_on")
    message = "Bản kiểm soát đã cấp không được sửa, xóa."
    return [
        Trigger(f"{_COPY}_given", _COPY, "UPDATE", _changed(*given), message),
        Trigger(f"{_COPY}_kept", _COPY, "DELETE", "1 = 1", message),
    ]


def _recall_triggers() -> list[Trigger]:
    """What was recorded stays; only the signed paper is laid to it, once."""
    told = (
        "agency_id",
        "number",
        "kind",
        "done_on",
        "reason",
        "way",
        "performed_by",
        "witnessed_by",
        "recorded_by_id",
        "recorded_at",
    )
    message = "Biên bản thu hồi, hủy tài liệu đã lập không được sửa, xóa."
    changed = f"({_changed(*told)}) OR (OLD.file_id IS NOT NULL AND ({_changed('file_id')}))"
    return [
        Trigger(f"{_RECALL}_told", _RECALL, "UPDATE", changed, message),
        Trigger(f"{_RECALL}_kept", _RECALL, "DELETE", "1 = 1", message),
    ]


# Rows that are only ever added, and what they are called.
_APPENDED = {
    "procedures_review": "Kết luận xem xét tài liệu",
    "procedures_reviewbatch": "Đợt xem xét tài liệu",
    "procedures_impactrow": "Dòng của phiếu đánh giá tác động",
    "procedures_decisioncorrection": "Đính chính",
    "procedures_acknowledgement": "Xác nhận đã đọc",
    "procedures_disseminationversion": "Tài liệu đã phổ biến",
    "procedures_disseminationattendee": "Người dự buổi phổ biến",
    "procedures_bundledraft": "Bản của đợt soạn lại",
    "procedures_organisationchange": "Thay đổi tổ chức",
    "procedures_declaredtthc": "TTHC đã công bố",
    "procedures_rendition": "Bản PDF đã lưu",
}

TRIGGERS = [
    *_version_triggers(),
    *_link_triggers(),
    *_period_triggers(),
    *_decision_triggers(),
    *_item_triggers(),
    *_exclusion_triggers(),
    *_change_request_triggers(),
    *_copy_triggers(),
    *_recall_triggers(),
    *only_ends(_ASSIGNMENT, "Phân công phụ trách", _ASSIGNED),
    *(t for table, what in _APPENDED.items() for t in never_changes(table, what)),
]
