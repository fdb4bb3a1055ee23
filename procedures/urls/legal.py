"""The legal register: external documents and their changes; changes of TTHC."""

from django.urls import URLPattern, path

from procedures.views import legal, legal_documents

_ONE = "van-ban/<int:pk>/"
_CHANGE = "van-ban/thay-doi/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("van-ban/", legal.legal_list, name="legal-list"),
    path("van-ban/moi/", legal_documents.legal_new, name="legal-new"),
    path("van-ban/chua-ghi/", legal_documents.legal_unknown, name="legal-unknown"),
    path(_ONE, legal_documents.legal_detail, name="legal-detail"),
    path(f"{_ONE}sua/", legal_documents.legal_edit, name="legal-edit"),
    path(f"{_ONE}tep/", legal_documents.legal_file, name="legal-file"),
    path(f"{_ONE}thay-doi/", legal_documents.legal_change_new, name="legal-change-new"),
    path(f"{_CHANGE}ghi-nham/", legal_documents.legal_change_void, name="legal-change-void"),
    path("tthc/<str:code>/thay-doi/", legal_documents.tthc_change_new, name="tthc-change-new"),
    path(
        "tthc/thay-doi/<int:pk>/ghi-nham/",
        legal_documents.tthc_change_void,
        name="tthc-change-void",
    ),
]
