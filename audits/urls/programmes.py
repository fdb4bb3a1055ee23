"""The yearly programme, auditors, settings."""

from django.urls import URLPattern, path

from audits.views import auditors, programmes, settings

_PLAN = "danh-gia/ke-hoach/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("danh-gia/ke-hoach/", programmes.programme_list, name="programme-list"),
    path("danh-gia/ke-hoach/moi/", programmes.programme_new, name="programme-new"),
    path(_PLAN, programmes.programme_detail, name="programme-detail"),
    path(f"{_PLAN}sua/", programmes.programme_edit, name="programme-edit"),
    path(f"{_PLAN}dong/", programmes.line_new, name="line-new"),
    path(f"{_PLAN}dong/<int:line>/sua/", programmes.line_edit, name="line-edit"),
    path(f"{_PLAN}dong/<int:line>/bo/", programmes.line_remove, name="line-remove"),
    path(f"{_PLAN}de-xuat/", programmes.programme_take_up, name="programme-take-up"),
    path(f"{_PLAN}trinh/", programmes.programme_submit, name="programme-submit"),
    path(f"{_PLAN}duyet/", programmes.programme_approve, name="programme-approve"),
    path(f"{_PLAN}tra-lai/", programmes.programme_return, name="programme-return"),
    path(f"{_PLAN}huy/", programmes.programme_cancel, name="programme-cancel"),
    path(f"{_PLAN}dieu-chinh/", programmes.programme_revise, name="programme-revise"),
    path("danh-gia/chuyen-gia/", auditors.auditor_list, name="auditor-list"),
    path("danh-gia/chuyen-gia/chung-chi/moi/", auditors.certificate_new, name="certificate-new"),
    path(
        "danh-gia/chuyen-gia/chung-chi/<int:pk>/ghi-nham/",
        auditors.certificate_withdraw,
        name="certificate-withdraw",
    ),
    path(
        "danh-gia/chuyen-gia/chung-chi/<int:pk>/tep/",
        auditors.certificate_file,
        name="certificate-file",
    ),
    path("danh-gia/thiet-lap/", settings.settings_page, name="settings"),
    path("danh-gia/thiet-lap/dieu-khoan/", settings.clauses_page, name="clauses"),
]
