"""The addresses of this room; the rest of `/accounts/` is allauth's."""

from django.urls import path, re_path

from . import views

urlpatterns = [
    path("me/settings/", views.preferences, name="settings"),
    re_path(
        r"^accounts/confirm-email/(?P<key>[-:\w]+)/$",
        views.ConfirmEmail.as_view(),
        name="account_confirm_email",
    ),
    path("accounts/password/reset/", views.AskForPassword.as_view(), name="account_reset_password"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.ResetPassword.as_view(),
        name="account_reset_password_from_key",
    ),
]
