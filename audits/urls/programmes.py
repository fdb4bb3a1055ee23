"""The yearly programme, auditors, settings."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
