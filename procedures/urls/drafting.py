"""Open versions: drafting, review; what exists on paper."""

from django.urls import URLPattern, path

from procedures.views import drafting, drafts, paper, review

urlpatterns: list[URLPattern] = [
    path("du-thao/", drafts.draft_list, name="draft-list"),
    path("du-thao/moi/", drafts.draft_new, name="draft-new"),
    path("du-thao/ghi-nhan/", paper.paper_new, name="paper-new"),
    path("du-thao/<int:pk>/", drafting.draft_detail, name="draft-detail"),
    path("du-thao/<int:pk>/xem-xet/", review.draft_review, name="draft-review"),
    path("du-thao/<int:pk>/tra-lai/", review.draft_return, name="draft-return"),
    path("du-thao/<int:pk>/huy/", drafting.draft_discard, name="draft-discard"),
    path("du-thao/<int:pk>/nguoi-soan/", drafting.draft_authors, name="draft-authors"),
    path("du-thao/<int:pk>/tep/", drafting.draft_file, name="draft-file"),
    path("du-thao/<int:pk>/pdf/", drafting.draft_pdf, name="draft-pdf"),
    path("du-thao/<int:pk>/chap-nhan/", paper.paper_accept, name="paper-accept"),
    path("du-thao/<int:pk>/ban-chup/", paper.paper_scan, name="paper-scan"),
]
