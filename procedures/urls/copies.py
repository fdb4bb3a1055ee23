"""Numbered copies, recall, and asking whether a print is valid."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
