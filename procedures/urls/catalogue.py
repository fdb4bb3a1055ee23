"""The catalogue of TTHC, its import, coverage."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
