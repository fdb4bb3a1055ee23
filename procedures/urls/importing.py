"""Importing lists of TTHC."""

from django.urls import URLPattern, path

from procedures.views import importing

urlpatterns: list[URLPattern] = [
    path("tthc/nhap/", importing.tthc_import, name="tthc-import"),
    path("tthc/nhap/<int:pk>/tep/", importing.tthc_import_file, name="tthc-import-file"),
]
