"""The legal register: external documents and their changes."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
