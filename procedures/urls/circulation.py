"""Acknowledgements, meetings that disseminate, distribution."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
