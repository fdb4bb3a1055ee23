"""Numbered copies, recall, and asking whether a print is valid."""

from django.urls import URLPattern, path

from procedures.views import copies, verification

_EDITION = "quy-trinh/<slug:slug>/cac-lan-ban-hanh/<str:number>/"

urlpatterns: list[URLPattern] = [
    path("xac-thuc/<str:token>/", verification.copy_verify, name="copy-verify"),
    path("ban-kiem-soat/", copies.copy_list, name="copy-list"),
    path("ban-kiem-soat/thu-hoi/", copies.recall_new, name="recall-new"),
    path("ban-kiem-soat/<int:pk>/pdf/", copies.copy_pdf, name="copy-pdf"),
    path(f"{_EDITION}ban-kiem-soat/", copies.copy_new, name="copy-new"),
    path(f"{_EDITION}ban-kiem-soat/pdf/", copies.copy_pdfs, name="copy-pdfs"),
    path(f"{_EDITION}ban-luu-goc/", copies.version_rendition, name="version-rendition"),
    path("bien-ban-thu-hoi/<int:pk>/", copies.recall_detail, name="recall-detail"),
    path("bien-ban-thu-hoi/<int:pk>/pdf/", copies.recall_pdf, name="recall-pdf"),
    path("bien-ban-thu-hoi/<int:pk>/docx/", copies.recall_docx, name="recall-docx"),
    path("bien-ban-thu-hoi/<int:pk>/ban-ky/", copies.recall_scan, name="recall-scan"),
    path("bien-ban-thu-hoi/<int:pk>/ban-ky/luu/", copies.recall_attach, name="recall-attach"),
]
