"""What the database refuses by itself: changes of frozen content, overlapping periods."""

from qms.foundation.triggers import Trigger

_VERSION = "procedures_procedureversion"
_PERIOD = "procedures_inforceperiod"
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
    "procedures_versionbasis",
    "procedures_versionform",
    "procedures_stepduty",
    "procedures_versiontakesup",
)
_MESSAGE = "Nội dung đã phê duyệt không được sửa, xóa."


def _version_triggers() -> list[Trigger]:
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _KEPT)
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
        Trigger(f"{_VERSION}_kept", _VERSION, "DELETE", f"OLD.status IN {_FROZEN}", _MESSAGE),
    ]


def _link_triggers() -> list[Trigger]:
    def frozen(row: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM {_VERSION} v "
            f"WHERE v.id = {row}.version_id AND v.status IN {_FROZEN})"
        )

    made = []
    for table in _LINK_TABLES:
        made += [
            Trigger(f"{table}_frozen_insert", table, "INSERT", frozen("NEW"), _MESSAGE),
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
            f"{_PERIOD}_kept", _PERIOD, "DELETE", "1 = 1", "Thời gian hiệu lực không được xóa."
        ),
    ]


TRIGGERS = [
    *_version_triggers(),
    *_link_triggers(),
    *_period_triggers(),
]
