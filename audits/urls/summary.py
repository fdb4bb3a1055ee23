"""Figures over audits and nonconformities."""

from django.urls import URLPattern, path

from audits.views import summary as views

_PAGE = "danh-gia/tong-hop/"

urlpatterns: list[URLPattern] = [
    path(_PAGE, views.summary, name="summary"),
    path(_PAGE + "phat-hien/", views.summary_findings, name="summary-findings"),
    path(_PAGE + "so-lieu.xlsx", views.summary_sheet, name="summary-sheet"),
]
