"""Decisions: compose, approve, number."""

from django.urls import URLPattern, path

from procedures.views import decision_deeds, decisions

urlpatterns: list[URLPattern] = [
    path("quyet-dinh/", decisions.decision_list, name="decision-list"),
    path("quyet-dinh/moi/", decisions.decision_new, name="decision-new"),
    path("quyet-dinh/<int:pk>/", decisions.decision_detail, name="decision-detail"),
    path("quyet-dinh/<int:pk>/them/", decisions.decision_add, name="decision-add"),
    path("quyet-dinh/<int:pk>/bo/<int:item>/", decisions.decision_remove, name="decision-remove"),
    path("quyet-dinh/<int:pk>/trinh/", decisions.decision_submit, name="decision-submit"),
    path("quyet-dinh/<int:pk>/tra-lai/", decisions.decision_return, name="decision-return"),
    path(
        "quyet-dinh/<int:pk>/tra-lai/<int:item>/",
        decisions.decision_item_return,
        name="decision-item-return",
    ),
    path("quyet-dinh/<int:pk>/phe-duyet/", decisions.decision_approve, name="decision-approve"),
    path("quyet-dinh/<int:pk>/vao-so/", decisions.decision_issue, name="decision-issue"),
    path("quyet-dinh/<int:pk>/huy/", decisions.decision_cancel, name="decision-cancel"),
    path("quyet-dinh/<int:pk>/ban-ky/", decisions.decision_file, name="decision-file"),
    path("quyet-dinh/<int:pk>/sua/", decision_deeds.decision_edit, name="decision-edit"),
    path("quyet-dinh/<int:pk>/in/", decision_deeds.decision_pdf, name="decision-pdf"),
    path("quyet-dinh/<int:pk>/in/word/", decision_deeds.decision_docx, name="decision-docx"),
    path(
        "quyet-dinh/<int:pk>/dinh-chinh/", decision_deeds.decision_correct, name="decision-correct"
    ),
    path(
        "quyet-dinh/<int:pk>/dinh-chinh/<int:correction>/",
        decision_deeds.decision_correction_pdf,
        name="decision-correction-pdf",
    ),
    path(
        "quyet-dinh/<int:pk>/dinh-chinh/<int:correction>/ban-ky/",
        decision_deeds.decision_correction_file,
        name="decision-correction-file",
    ),
    path(
        "quyet-dinh/<int:pk>/thu-hoi/", decision_deeds.decision_withdraw, name="decision-withdraw"
    ),
]
