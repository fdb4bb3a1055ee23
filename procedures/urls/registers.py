"""Registers of documents, records, forms; their labels."""

from django.urls import URLPattern, path

from procedures.views import blank_deeds, registers

urlpatterns: list[URLPattern] = [
    path("so-danh-muc/", registers.register_list, name="register-list"),
    path("so-danh-muc/<slug:key>/", registers.register_detail, name="register-detail"),
    path("so-danh-muc/<slug:key>/xlsx/", registers.register_xlsx, name="register-xlsx"),
    path("so-danh-muc/<slug:key>/pdf/", registers.register_pdf, name="register-pdf"),
    path("thiet-lap/tai-lieu/", registers.document_settings, name="document-settings"),
    path("bieu-mau/<int:pk>/", blank_deeds.blank_detail, name="blank-detail"),
    path("bieu-mau/<int:pk>/lan-moi/", blank_deeds.blank_issue, name="blank-issue"),
    path("bieu-mau/<int:pk>/thay-the/", blank_deeds.blank_replace, name="blank-replace"),
    path("bieu-mau/<int:pk>/dung-lai/", blank_deeds.blank_resume, name="blank-resume"),
]
