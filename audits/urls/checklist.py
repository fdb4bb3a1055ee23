"""The checklist, in the office and in the field."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
