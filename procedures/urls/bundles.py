"""Drafts begun for one cause: re-issues, reorganisations."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
