"""Nonconformities and what is done about them."""

from django.urls import URLPattern, path

from audits.views import nonconformities as views
from audits.views import nonconformities_actions as actions
from audits.views import nonconformities_deeds as deeds

_LIST = "khong-phu-hop/"
_ONE = _LIST + "<slug:slug>/"
_ACTION = _ONE + "hanh-dong/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path(_LIST, views.nonconformity_list, name="nonconformity-list"),
    path(_LIST + "moi/", views.nonconformity_new, name="nonconformity-new"),
    path(_ONE, views.nonconformity_detail, name="nonconformity-detail"),
    path(_ONE + "xac-nhan/", deeds.nonconformity_confirm, name="nonconformity-confirm"),
    path(_ONE + "xu-ly/", deeds.nonconformity_treatment, name="nonconformity-treatment"),
    path(_ONE + "phan-tich/", deeds.nonconformity_analyse, name="nonconformity-analyse"),
    path(_ONE + "hanh-dong/", deeds.nonconformity_action, name="nonconformity-action"),
    path(_ONE + "trinh/", deeds.nonconformity_propose, name="nonconformity-propose"),
    path(_ONE + "dong-y/", deeds.nonconformity_agree, name="nonconformity-agree"),
    path(_ONE + "chua-dong-y/", deeds.nonconformity_refuse, name="nonconformity-refuse"),
    path(_ONE + "thuc-hien-xong/", deeds.nonconformity_implement, name="nonconformity-implement"),
    path(_ONE + "kiem-tra/", deeds.nonconformity_verify, name="nonconformity-verify"),
    path(_ONE + "hieu-luc/", deeds.nonconformity_effect, name="nonconformity-effect"),
    path(_ONE + "dong/", deeds.nonconformity_close, name="nonconformity-close"),
    path(_ONE + "tiep-theo/", deeds.nonconformity_follow_up, name="nonconformity-follow-up"),
    path(_ONE + "khong-phai/", deeds.nonconformity_reject, name="nonconformity-reject"),
    path(_ONE + "gia-han/", deeds.nonconformity_extend, name="nonconformity-extend"),
    path(_ONE + "lap-lai/", deeds.nonconformity_repeat, name="nonconformity-repeat"),
    path(_ONE + "doi-muc/", deeds.nonconformity_regrade, name="nonconformity-regrade"),
    path(_ONE + "doan-kiem-tra/", deeds.nonconformity_external, name="nonconformity-external"),
    path(_ONE + "bang-chung/", actions.nonconformity_evidence, name="nonconformity-evidence"),
    path(
        _ACTION + "xong/",
        actions.nonconformity_action_complete,
        name="nonconformity-action-complete",
    ),
    path(_ACTION + "bo/", actions.nonconformity_action_remove, name="nonconformity-action-remove"),
    path(
        _ACTION + "sua-quy-trinh/",
        actions.nonconformity_action_change,
        name="nonconformity-action-change",
    ),
]
