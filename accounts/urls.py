from django.urls import path

from accounts import views
from accounts.mail import mailbox
from accounts.reauthentication import ReauthenticateByCodeView

app_name = "accounts"
urlpatterns = [
    path("account/profile/", views.profile, name="profile"),
    path("account/data/", views.data, name="data"),
    path("account/data/download/", views.download, name="download"),
    path("account/data/delete/", views.delete, name="delete"),
    path(
        "account/reauthenticate/code/",
        ReauthenticateByCodeView.as_view(),
        name="reauthenticate_by_code",
    ),
    path("account/mail-works/", views.mail_works, name="mail_works"),
    path("account/deleted/", views.deleted, name="deleted"),
    path("members/<int:pk>/", views.member, name="member"),
    path("privacy/", views.privacy, name="privacy"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<str:name>/", mailbox.mail, name="mail"),
    path("mailbox/<str:name>/page/", mailbox.mail_page, name="mail_page"),
]
