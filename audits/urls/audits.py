"""Audits: list, calendar, team, scope, timetable, meetings, report."""

from django.urls import URLPattern, path

from audits.views import audit_calendar, audit_report, audit_team, audit_timetable, audits

_ONE = "danh-gia/<slug:slug>/"

urlpatterns: list[URLPattern] = [
    path("danh-gia/", audits.audit_list, name="audit-list"),
    path("danh-gia/moi/", audits.audit_new, name="audit-new"),
    path("danh-gia/lich/", audit_calendar.audit_calendar, name="audit-calendar"),
    path("danh-gia/lich.ics", audit_calendar.audit_feed, name="audit-feed"),
    path(_ONE, audits.audit_detail, name="audit-detail"),
    path(_ONE + "chung-cu/", audits.audit_evidence, name="audit-evidence"),
    path(_ONE + "sua/", audits.audit_edit, name="audit-edit"),
    path(_ONE + "lich.ics", audit_calendar.audit_ics, name="audit-ics"),
    path(_ONE + "doan/", audit_team.audit_team, name="audit-team"),
    path(_ONE + "doan/<int:pk>/bo/", audit_team.audit_member_remove, name="audit-member-remove"),
    path(_ONE + "doan/<int:pk>/ly-do/", audit_team.audit_member_reason, name="audit-member-reason"),
    path(_ONE + "doan/<int:pk>/xac-nhan/", audit_team.audit_countersign, name="audit-countersign"),
    path(_ONE + "quyet-dinh-doan/", audit_team.audit_team_decision, name="audit-team-decision"),
    path(_ONE + "quyet-dinh-doan/tep/", audit_team.audit_team_file, name="audit-team-file"),
    path(_ONE + "pham-vi/", audit_team.audit_scope, name="audit-scope"),
    path(
        _ONE + "pham-vi/<int:pk>/bo/",
        audit_team.audit_subject_remove,
        name="audit-subject-remove",
    ),
    path(_ONE + "chuong-trinh/", audit_timetable.audit_timetable, name="audit-timetable"),
    path(
        _ONE + "chuong-trinh/<int:pk>/",
        audit_timetable.audit_session_edit,
        name="audit-session-edit",
    ),
    path(
        _ONE + "chuong-trinh/<int:pk>/bo/",
        audit_timetable.audit_session_remove,
        name="audit-session-remove",
    ),
    path(_ONE + "thong-bao/", audits.audit_notify, name="audit-notify"),
    path(_ONE + "khai-mac/", audit_timetable.audit_opening, name="audit-opening"),
    path(
        _ONE + "ket-thuc/",
        audit_timetable.audit_closing_meeting,
        name="audit-closing-meeting",
    ),
    path(_ONE + "bao-cao/", audit_report.audit_report, name="audit-report"),
    path(_ONE + "bao-cao/ky/", audit_report.audit_report_sign, name="audit-report-sign"),
    path(
        _ONE + "bao-cao/rut-chu-ky/",
        audit_report.audit_report_withdraw,
        name="audit-report-withdraw",
    ),
    path(
        _ONE + "bao-cao/phe-duyet/",
        audit_report.audit_report_approve,
        name="audit-report-approve",
    ),
    path(_ONE + "bao-cao/tra-lai/", audit_report.audit_report_return, name="audit-report-return"),
    path(_ONE + "dong/", audits.audit_close, name="audit-close"),
    path(_ONE + "huy/", audits.audit_cancel, name="audit-cancel"),
]
