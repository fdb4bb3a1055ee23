"""Decisions: compose, approve, number."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
