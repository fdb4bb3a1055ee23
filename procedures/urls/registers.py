"""Registers of documents, records, forms; their labels."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
