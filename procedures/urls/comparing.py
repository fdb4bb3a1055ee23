"""How editions of a procedure differ."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
