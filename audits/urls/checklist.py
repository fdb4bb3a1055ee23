"""The checklist, in the office and in the field."""

from django.urls import URLPattern, path

from audits.views import checklist, evidence, field, sampling

_SHEET = "danh-gia/<slug:slug>/phieu/"
_ITEM = f"{_SHEET}<int:pk>/"

urlpatterns: list[URLPattern] = [
    path(_SHEET, checklist.checklist, name="checklist"),
    path(f"{_SHEET}lap/", checklist.checklist_generate, name="checklist-generate"),
    path(f"{_SHEET}dieu-36/", checklist.checklist_law, name="checklist-law"),
    path(f"{_SHEET}phan-cong/", checklist.checklist_assign, name="checklist-assign"),
    path(f"{_SHEET}cau-hoi/", checklist.question_new, name="question-new"),
    path(_ITEM, checklist.item_detail, name="item-detail"),
    path(f"{_ITEM}tra-loi/", checklist.item_answer, name="item-answer"),
    path(f"{_ITEM}chon/<int:answer>/", checklist.item_settle, name="item-settle"),
    path(f"{_ITEM}bang-chung/", checklist.item_evidence, name="item-evidence"),
    path(f"{_ITEM}xac-nhan/", checklist.item_confirm, name="item-confirm"),
    path(f"{_ITEM}phat-hien/", checklist.item_finding, name="item-finding"),
    path(f"{_ITEM}sua/", checklist.question_edit, name="question-edit"),
    path(f"{_ITEM}bo/", checklist.question_remove, name="question-remove"),
    path("danh-gia/<slug:slug>/mau/", sampling.sampling, name="sampling"),
    path("danh-gia/<slug:slug>/mau/o/", sampling.sampling_cells, name="sampling-cells"),
    path("danh-gia/<slug:slug>/mau/<int:pk>/", sampling.dossier_edit, name="dossier-edit"),
    path("danh-gia/<slug:slug>/mau/<int:pk>/bo/", sampling.dossier_remove, name="dossier-remove"),
    path("danh-gia/<slug:slug>/hien-truong/du-lieu/", field.field_data, name="field-data"),
    path("danh-gia/<slug:slug>/hien-truong/gui/", field.field_sync, name="field-sync"),
    path("danh-gia/<slug:slug>/hien-truong/tep/", field.field_upload, name="field-upload"),
    path("bang-chung/<int:pk>/", evidence.evidence_file, name="evidence-file"),
    path("bang-chung/<int:pk>/goc/", evidence.evidence_original, name="evidence-original"),
    path("bang-chung/<int:pk>/rut/", evidence.evidence_withdraw, name="evidence-withdraw"),
]
