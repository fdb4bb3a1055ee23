"""Audits: list, team, timetable, meetings, report."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
