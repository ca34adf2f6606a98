import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401 - both register what is taken away below
from allauth.account.models import EmailAddress
from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from accounts.mail import admin as mail_admin  # noqa: F401 - registers its models
from accounts.models import User
from accounts.personal_data import delete_account
from sstc_academy.lib.admin import AnyInput, SuperusersOnly

# What a group may do is written in accounts/roles.py; people are put into groups on their own page.
admin.site.unregister(Group)


class PersonCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "display_name", "language"]


class PersonChangeForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(AnyInput, SuperusersOnly, DjangoUserAdmin):
    form = PersonChangeForm
    add_form = PersonCreationForm
    add_form_template = None
    list_display = ["email", "display_name", "language", "is_staff", "is_active"]
    list_filter = ["groups", "is_staff", "is_superuser", "is_active", "language"]
    search_fields = ["email", "display_name"]
    ordering = ["email"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password", "display_name", "language"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "groups", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": [
                    "email",
                    "display_name",
                    "language",
                    "usable_password",
                    "password1",
                    "password2",
                ]
            },
        ),
    ]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            # Whoever has the new address confirms it; the old one opens nothing any more.
            EmailAddress.objects.filter(user=obj).delete()

    def delete_model(self, request, obj):
        delete_account(obj, keeps_posts=True)

    def delete_queryset(self, request, queryset):
        for user in queryset:
            delete_account(user, keeps_posts=True)


# No token is stored, and people end their sessions themselves.
admin.site.unregister([SocialToken, UserSession])
# allauth would show the keys of people's apps.
admin.site.unregister(Authenticator)


@admin.register(Authenticator)
class SecondFactorAdmin(AuthenticatorAdmin):
    """To take a lost second factor away; nothing of it is shown or changed."""

    fields = readonly_fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request):
        return False
