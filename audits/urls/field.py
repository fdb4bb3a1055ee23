"""The field page and its service worker."""

from django.urls import URLPattern, path

from audits.views import worker

urlpatterns: list[URLPattern] = [
    # Beside the audits, lest its scope end at one of them.
    path("danh-gia/sw.js", worker.service_worker, name="service-worker"),
    path("danh-gia/<slug:slug>/hien-truong/", worker.field, name="field"),
]
