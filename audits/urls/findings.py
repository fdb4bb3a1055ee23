"""Findings of an audit."""

from django.urls import URLPattern, path

from audits.views import findings as views

_LIST = "danh-gia/<slug:slug>/phat-hien/"
_ONE = _LIST + "<int:seq>/"

urlpatterns: list[URLPattern] = [
    path(_LIST, views.finding_list, name="finding-list"),
    path(_LIST + "moi/", views.finding_new, name="finding-new"),
    path(_ONE, views.finding_detail, name="finding-detail"),
    path(_ONE + "sua/", views.finding_edit, name="finding-edit"),
    path(_ONE + "xep-muc/", views.finding_grade, name="finding-grade"),
    path(_ONE + "rut/", views.finding_withdraw, name="finding-withdraw"),
    path(_ONE + "bang-chung/", views.finding_evidence, name="finding-evidence"),
    path(_ONE + "y-kien/", views.finding_respond, name="finding-respond"),
]
