"""What the database refuses by itself: changes of what was signed, reported, moved or answered."""

from qms.foundation.triggers import Trigger, never_changes

_AUDIT = "audits_audit"
_ITEM = "audits_checklistitem"
_ANSWER = "audits_itemanswer"
_DOSSIER = "audits_sampleddossier"
_SESSION = "audits_auditsession"
_FINDING = "audits_finding"
_EVIDENCE = "audits_evidence"
_NONCONFORMITY = "audits_nonconformity"
_TREATMENT = "audits_treatment"
_ACTION = "audits_correctiveaction"
_PROGRAMME = "audits_auditprogramme"
_LINE = "audits_programmeline"
_SETTLED_MESSAGE = "Phiếu KPH đã đóng hoặc đã bỏ: không thêm, sửa bằng chứng được."
_MESSAGE = "Báo cáo đánh giá đã ký, hoặc cuộc đánh giá đã hủy: không sửa, xóa được."

# What of an audit stays once its report is approved; only closing it is left to do.
_REPORTED = (
    "agency_id number slug title edition purpose scope criteria starts_on ends_on is_illustrative"
    " team_number team_decided_on team_signer team_file_id notified_on opened_on closing_held_on"
    " strengths conclusion recommendations report_round report_signed_by_id report_signed_at"
    " report_signed_on report_sha256 approved_by_id approved_at reported_on"
)
_SIGNED = (
    "title edition purpose scope criteria starts_on ends_on team_number team_decided_on"
    " team_signer team_file_id notified_on opened_on closing_held_on strengths conclusion"
    " recommendations"
)
# What of a nonconformity never changes: the sheet that was written is the one that is closed.
_SHEET = (
    "agency_id number slug source finding_id found_on found_by_id requirement evidence_text gap"
    " reported_by_id follows_id"
)
# What of it is stated, to be signed by its finder; its grade may change while it is open.
_STATED = (
    "unit_id procedure_id version_id step_key step_text clause edition finder_name reported_at"
    " minutes_on is_illustrative"
)
# What of it still moves once it is closed: what the checking body said, and the search key.
_SETTLED = (
    f"{_SHEET} {_STATED} status grade due_on owner_id auditor_id round repeats_id repeat_denied"
    " confirmed_by_id confirmed_at confirmed_on analysed_on planned_on implemented_on verified_on"
    " verified_by_id effect_due_on closed_on rejected_on"
)
# What the head signed when laying the measures before the auditor.
_LAID = (
    "correction corrected_by_id corrected_on cause whys root category has_similar similar"
    " no_action_reason measures_by_id measures_at"
)
_AGREED = "nonconformity_id round what person_id removed_at"  # of an action, once agreed to
_DONE = "due_on done_on done_by_id done_at done_note"  # and once all are said to be done
# What of a plan stays once it is approved.
_PLAN = (
    "agency_id year revision edition purpose note status round is_illustrative composed_by_id"
    " composed_at submitted_by_id submitted_at approved_by_id approved_at approved_on"
)
_ANSWERED = (
    "item_id dossier_id client_id base_id settles_id result note is_verbal seen_on answered_by_id"
    " answered_at recorded_at"
)

_BY_SESSION = f"(SELECT s.audit_id FROM {_SESSION} s WHERE s.id = {{row}}.session_id)"
_BY_ITEM = f"(SELECT i.audit_id FROM {_ITEM} i WHERE i.id = {{row}}.item_id)"
_BY_DOSSIER = f"(SELECT d.audit_id FROM {_DOSSIER} d WHERE d.id = {{row}}.dossier_id)"
_BY_FINDING = f"(SELECT f.audit_id FROM {_FINDING} f WHERE f.id = {{row}}.finding_id)"
# The parts of an audit, each with the way from a row to its audit.
_PARTS = {
    "audits_auditsubject": "{row}.audit_id",
    "audits_auditmember": "{row}.audit_id",
    _SESSION: "{row}.audit_id",
    "audits_sessionauditor": _BY_SESSION,
    "audits_attendance": _BY_SESSION,
    _ITEM: "{row}.audit_id",
    _ANSWER: _BY_ITEM,
    "audits_siteconfirmation": _BY_ITEM,
    _DOSSIER: "{row}.audit_id",
    "audits_dossierhandler": _BY_DOSSIER,
    _FINDING: "{row}.audit_id",
    _EVIDENCE: f"COALESCE({_BY_ITEM}, {_BY_FINDING})",  # that of a nonconformity has neither
}


def _changed(names: str) -> str:
    return " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in names.split())


def _audit_triggers() -> list[Trigger]:
    return [
        Trigger(
            f"{_AUDIT}_numbered",
            _AUDIT,
            "UPDATE",
            _changed("agency_id number slug"),
            "Số của cuộc đánh giá không đổi.",
        ),
        Trigger(
            f"{_AUDIT}_signed",
            _AUDIT,
            "UPDATE",
            "OLD.report_signed_at IS NOT NULL AND NEW.report_signed_at IS NOT NULL "
            f"AND ({_changed(_SIGNED)})",
            _MESSAGE,
        ),
        Trigger(
            f"{_AUDIT}_reported",
            _AUDIT,
            "UPDATE",
            "OLD.status IN ('reported', 'closed') AND "
            f"(NEW.status NOT IN ('reported', 'closed') OR {_changed(_REPORTED)})",
            _MESSAGE,
        ),
        Trigger(
            f"{_AUDIT}_ended",
            _AUDIT,
            "UPDATE",
            "OLD.status IN ('closed', 'cancelled')",
            "Cuộc đánh giá đã kết thúc hoặc đã hủy nên không sửa được.",
        ),
        Trigger(f"{_AUDIT}_kept", _AUDIT, "DELETE", "1 = 1", "Cuộc đánh giá không được xóa."),
    ]


def _part_triggers() -> list[Trigger]:
    """Nothing comes, goes or changes once the lead has signed, or the audit is cancelled."""

    def frozen(way: str, row: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM {_AUDIT} a WHERE a.id = {way.format(row=row)} "
            "AND (a.report_signed_at IS NOT NULL OR a.status = 'cancelled'))"
        )

    made = []
    for table, way in _PARTS.items():
        made += [
            Trigger(f"{table}_frozen_insert", table, "INSERT", frozen(way, "NEW"), _MESSAGE),
            Trigger(
                f"{table}_frozen_update",
                table,
                "UPDATE",
                f"{frozen(way, 'OLD')} OR {frozen(way, 'NEW')}",
                _MESSAGE,
            ),
            Trigger(f"{table}_kept", table, "DELETE", "1 = 1", "Nội dung đánh giá không xóa được."),
        ]
    return made


def _answer_triggers() -> list[Trigger]:
    message = "Câu trả lời đã ghi không được sửa; hãy ghi câu trả lời mới."
    return [
        Trigger(f"{_ANSWER}_added", _ANSWER, "UPDATE", _changed(_ANSWERED), message),
        Trigger(
            f"{_ANSWER}_superseded",
            _ANSWER,
            "UPDATE",
            "OLD.superseded_at IS NOT NULL AND NEW.superseded_at IS NOT OLD.superseded_at",
            message,
        ),
        Trigger(
            "audits_siteconfirmation_added",
            "audits_siteconfirmation",
            "UPDATE",
            "1 = 1",
            "Xác nhận tại chỗ không được sửa.",
        ),
    ]


def _of_settled(row: str) -> str:
    """Return the condition that evidence is of a sheet that is closed or rejected."""
    of_action = f"(SELECT c.nonconformity_id FROM {_ACTION} c WHERE c.id = {row}.action_id)"
    return (
        f"EXISTS (SELECT 1 FROM {_NONCONFORMITY} n "
        f"WHERE n.id = COALESCE({row}.nonconformity_id, {of_action}) "
        "AND n.status IN ('closed', 'rejected'))"
    )


def _stands_in(*statuses: str) -> str:
    """Return the condition that the sheet of a row that changes stands in one of `statuses`."""
    listed = ", ".join(f"'{status}'" for status in statuses)
    return (
        f"EXISTS (SELECT 1 FROM {_NONCONFORMITY} n "
        f"WHERE n.id = OLD.nonconformity_id AND n.status IN ({listed}))"
    )


def _programme_triggers() -> list[Trigger]:
    """An approved plan stays as it was signed; what changes later is a further revision."""

    def approved(row: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM {_PROGRAMME} p "
            f"WHERE p.id = {row}.programme_id AND p.status IN ('approved', 'cancelled'))"
        )

    message = "Kế hoạch đã được phê duyệt hoặc đã hủy không sửa, xóa được."
    return [
        Trigger(
            f"{_PROGRAMME}_approved",
            _PROGRAMME,
            "UPDATE",
            f"OLD.status IN ('approved', 'cancelled') AND ({_changed(_PLAN)})",
            message,
        ),
        Trigger(f"{_PROGRAMME}_kept", _PROGRAMME, "DELETE", "1 = 1", message),
        Trigger(f"{_LINE}_frozen_insert", _LINE, "INSERT", approved("NEW"), message),
        Trigger(
            f"{_LINE}_frozen_update",
            _LINE,
            "UPDATE",
            f"{approved('OLD')} OR {approved('NEW')}",
            message,
        ),
        Trigger(f"{_LINE}_kept", _LINE, "DELETE", "1 = 1", message),
    ]


def _nonconformity_triggers() -> list[Trigger]:
    def past(row: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM {_NONCONFORMITY} n "
            f"WHERE n.id = {row}.nonconformity_id "
            f"AND (n.round > {row}.round OR n.status IN ('closed', 'rejected')))"
        )

    message = "Nội dung xử lý của lần trước, hoặc của phiếu đã xong, không được sửa, xóa."
    made = [
        Trigger(
            f"{_NONCONFORMITY}_sheet",
            _NONCONFORMITY,
            "UPDATE",
            _changed(_SHEET),
            "Số, ngày phát hiện và nội dung phiếu KPH đã ghi không được sửa.",
        ),
        Trigger(
            f"{_NONCONFORMITY}_stated",
            _NONCONFORMITY,
            "UPDATE",
            f"{_changed(_STATED)} OR (OLD.status <> 'open' AND NEW.grade <> OLD.grade)",
            "Nơi và mức của phiếu KPH đã ghi không được sửa.",
        ),
        Trigger(
            f"{_NONCONFORMITY}_settled",
            _NONCONFORMITY,
            "UPDATE",
            f"OLD.status IN ('closed', 'rejected') AND ({_changed(_SETTLED)})",
            "Phiếu KPH đã đóng hoặc đã bỏ không sửa được.",
        ),
        Trigger(
            f"{_NONCONFORMITY}_kept", _NONCONFORMITY, "DELETE", "1 = 1", "Phiếu KPH không xóa được."
        ),
    ]
    for table in (_TREATMENT, _ACTION):
        made += [
            Trigger(f"{table}_past_insert", table, "INSERT", past("NEW"), message),
            Trigger(f"{table}_past_update", table, "UPDATE", past("OLD"), message),
            Trigger(f"{table}_kept", table, "DELETE", "1 = 1", "Nội dung xử lý không xóa được."),
        ]
    return made


def _treatment_triggers() -> list[Trigger]:
    """What was laid, agreed to or said to be done stays so; evidence of a settled sheet too."""
    return [
        Trigger(
            f"{_TREATMENT}_laid",
            _TREATMENT,
            "UPDATE",
            "((OLD.measures_at IS NOT NULL AND NEW.measures_at IS NOT NULL) "
            f"OR {_stands_in('implemented', 'verified')}) AND ({_changed(_LAID)})",
            "Nguyên nhân, biện pháp đã trình không được sửa.",
        ),
        Trigger(
            f"{_ACTION}_agreed",
            _ACTION,
            "UPDATE",
            f"({_stands_in('planned', 'implemented', 'verified')} AND ({_changed(_AGREED)})) "
            f"OR ({_stands_in('implemented', 'verified')} AND ({_changed(_DONE)}))",
            "Hành động đã được đồng ý, đã báo xong không được sửa.",
        ),
        Trigger(
            f"{_EVIDENCE}_settled_insert", _EVIDENCE, "INSERT", _of_settled("NEW"), _SETTLED_MESSAGE
        ),
        Trigger(
            f"{_EVIDENCE}_settled_update",
            _EVIDENCE,
            "UPDATE",
            f"{_of_settled('OLD')} OR {_of_settled('NEW')}",
            _SETTLED_MESSAGE,
        ),
    ]


TRIGGERS = [
    *_audit_triggers(),
    *_part_triggers(),
    *_answer_triggers(),
    *_nonconformity_triggers(),
    *_treatment_triggers(),
    *_programme_triggers(),
    *never_changes("audits_auditpaper", "Bản in đã lưu"),
    *never_changes("audits_nonconformitymove", "Bước xử lý đã ghi"),
    *never_changes("audits_dueextension", "Lần gia hạn đã ghi"),
    *never_changes("audits_effectivenesscheck", "Kết quả đánh giá hiệu lực đã ghi"),
]
