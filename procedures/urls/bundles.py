"""Drafts begun for one cause: re-issues, reorganisations."""

from django.urls import URLPattern, path

from procedures.views import bundles as views
from procedures.views import reorganising

_BUNDLE = "dot-soan-lai/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("dot-soan-lai/", views.bundle_list, name="bundle-list"),
    path("dot-soan-lai/ban-hanh-lai/", views.bundle_reissue, name="bundle-reissue"),
    path("dot-soan-lai/sap-xep/", reorganising.bundle_reorganise, name="bundle-reorganise"),
    path(_BUNDLE, views.bundle_detail, name="bundle-detail"),
    path(f"{_BUNDLE}trinh/", views.bundle_submit, name="bundle-submit"),
    path(f"{_BUNDLE}xem-xet/", views.bundle_review, name="bundle-review"),
    path(f"{_BUNDLE}tra-lai/", views.bundle_return, name="bundle-return"),
    path(f"{_BUNDLE}quyet-dinh/", views.bundle_decide, name="bundle-decide"),
]
