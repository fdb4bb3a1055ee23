"""Figures over audits and nonconformities."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
