"""Importing lists of TTHC."""

from django.urls import URLPattern, path

from procedures.views import importing

urlpatterns: list[URLPattern] = [path("tthc/nhap/", importing.tthc_import, name="tthc-import")]
