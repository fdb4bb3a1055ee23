"""Reading Word files in."""

from django.urls import URLPattern, path

from procedures.views import word_imports as views

urlpatterns: list[URLPattern] = [
    path("quy-trinh/nhap-word/", views.word_import, name="word-import"),
    path("nhap-word/<int:pk>/", views.word_import_detail, name="word-import-detail"),
    path("nhap-word/<int:pk>/bo-qua/", views.word_import_drop, name="word-import-drop"),
    path("nhap-word/<int:pk>/tep/", views.word_import_file, name="word-import-file"),
]
