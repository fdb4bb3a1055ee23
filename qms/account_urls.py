"""Signing in and the own account, by django-allauth under Vietnamese addresses."""

from allauth.account import views
from allauth.mfa.base import views as code_views
from allauth.socialaccount.providers.openid_connect import views as provider_views
from django.urls import path, re_path

from qms import account_views

urlpatterns = [
    path("dang-nhap/", account_views.SignInView.as_view(), name="account_login"),
    path("dang-xuat/", views.logout, name="account_logout"),
    path("tam-khoa/", views.account_inactive, name="account_inactive"),
    path("mat-khau/", views.password_change, name="account_change_password"),
    path("mat-khau/dat/", account_views.SetPasswordView.as_view(), name="account_set_password"),
    path("xac-nhan-lai/", views.reauthenticate, name="account_reauthenticate"),
    path(
        "quen-mat-khau/",
        account_views.ForgottenPasswordView.as_view(),
        name="account_reset_password",
    ),
    path("quen-mat-khau/da-gui/", views.password_reset_done, name="account_reset_password_done"),
    # The key has a hyphen of its own, so a slug before it would swallow half of it.
    re_path(
        r"^quen-mat-khau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "quen-mat-khau/xong/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("email/", views.email, name="account_email"),
    path("email/da-gui/", views.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^email/(?P<key>[-:\w]+)/$", views.confirm_email, name="account_confirm_email"),
    path("dang-ky/", views.signup, name="account_signup"),
    # the second factor
    path("dang-nhap/ma/", code_views.authenticate, name="mfa_authenticate"),
    path("xac-nhan-lai/ma/", code_views.reauthenticate, name="mfa_reauthenticate"),
    path("hai-lop/", account_views.second_factor, name="mfa_index"),
    path("hai-lop/bat/", account_views.SetUpView.as_view(), name="mfa_activate_totp"),
    path("hai-lop/tat/", account_views.second_factor_off, name="mfa_deactivate_totp"),
    path(
        "hai-lop/ma-du-phong/",
        account_views.SpareCodesView.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    # single sign-on; not there unless the settings name a provider
    path("mot-lan/<slug:provider_id>/", account_views.single_sign_on, name="openid_connect_login"),
    path("mot-lan/<slug:provider_id>/ve/", provider_views.callback, name="openid_connect_callback"),
]
