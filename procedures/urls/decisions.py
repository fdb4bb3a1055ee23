"""Decisions: compose, approve, number."""

from django.urls import URLPattern, path

from procedures.views import decisions

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
]
