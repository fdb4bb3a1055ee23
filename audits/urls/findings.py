"""Findings of an audit."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
