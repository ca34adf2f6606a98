"""allauth's forms, where the Academy asks otherwise."""

import unicodedata

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.socialaccount import forms as social_forms
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from allauth.socialaccount.models import SocialApp
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import reading, zones
from accounts.coming_back import names_typed_before
from accounts.encryption import trying_every_factor
from accounts.models import Detail, User
from accounts.names import LONGEST_NAME, clean_display_name
from sstc_academy.lib.languages import CODES, own_name
from sstc_academy.lib.text import normal_text

_NOBODY_SEES_IT = _("Nobody sees it. We send you a code to confirm it.")


def _word_as_ours(field: forms.Field, help_text: str) -> None:
    """A field of allauth's for an e-mail address, in the words of the Academy."""
    field.label = _("E-mail address")
    field.help_text = help_text
    wrong = _("Write the whole address, such as ana@example.org.")
    field.error_messages |= {"required": wrong}
    is_not_email = [each for each in field.validators if not isinstance(each, EmailValidator)]
    field.validators = [EmailValidator(wrong), *is_not_email]


class SignInForm(allauth_forms.LoginForm):
    """An address and, if the person likes, a password; without one a code is mailed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _word_as_ours(self.fields["login"], _("We send you a code. No password is needed."))
        # "webauthn": browsers list their passkeys there, too (static/js/passkeys.js).
        self.fields["login"].widget.attrs |= {"autocomplete": "username webauthn", "dir": "ltr"}
        self.fields["login"].initial = names_typed_before(context.request)["email"]
        self.fields["password"].required = False


class SignUpForm(allauth_forms.SignupForm):
    field_order = ["display_name", "email", "password1"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _word_as_ours(self.fields["email"], _NOBODY_SEES_IT)
        for name, value in names_typed_before(context.request).items():
            self.fields[name].initial = value

    def try_save(self, request):
        password = self.cleaned_data.get("password1")
        if self.account_already_exists and password:
            # What a new account costs in time: the answer must not tell that there is one.
            make_password(password)
        return super().try_save(request)


class SocialSignUpForm(social_forms.SignupForm):
    """What Facebook, X and others did not tell: an address, or a name that may be used here."""

    field_order = ["display_name", "email"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _word_as_ours(self.fields["email"], _NOBODY_SEES_IT)


class DisconnectForm(social_forms.DisconnectForm):
    """allauth asks for a password before the last service goes; here a code by mail is enough."""

    def clean(self):
        account = self.cleaned_data.get("account")
        if account and not EmailAddress.objects.filter(user=account.user, verified=True).exists():
            raise get_social_adapter().validation_error("no_verified_email")
        return self.cleaned_data

    def save(self):
        account = self.cleaned_data["account"]
        try:
            super().save()
        except SocialApp.DoesNotExist:
            # The site no longer offers this service, where allauth gives up half-way.
            account.delete()
            get_adapter().send_notification_mail(
                "socialaccount/email/account_disconnected",
                account.user,
                {"provider": account.provider.title()},
            )


class NewPassword:
    """Asked for once, as at sign-up: after a slip of the hand a code by mail lets its owner in."""

    password2 = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")


class ChangePasswordForm(NewPassword, allauth_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")


class SetPasswordForm(NewPassword, allauth_forms.SetPasswordForm):
    pass


class ResetPasswordForm(NewPassword, allauth_forms.ResetPasswordKeyForm):
    pass


class AnyDigits:
    """A code in whatever digits the keyboard has: ٤ is 4."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = pgettext_lazy("typed to show who one is", "Code")

    def clean_code(self):
        code = self.cleaned_data["code"]
        self.cleaned_data["code"] = "".join(
            str(unicodedata.digit(char, char)) for char in unicodedata.normalize("NFKC", code)
        )
        return super().clean_code()


class SignInCodeForm(AnyDigits, allauth_forms.ConfirmLoginCodeForm):
    pass


class EmailCodeForm(AnyDigits, allauth_forms.ConfirmEmailVerificationCodeForm):
    pass


class PasswordCodeForm(AnyDigits, allauth_forms.ConfirmPasswordResetCodeForm):
    pass


class TakenOnce:
    """allauth forgets a code of the app while the tolerance for clocks still lets it in."""

    def clean_code(self):
        with trying_every_factor():
            code = super().clean_code()
        digits = "".join(filter(str.isdigit, code))
        steps = 2 * app_settings.TOTP_TOLERANCE + 1
        if self.authenticator.type == Authenticator.Type.TOTP and not cache.add(
            f"accounts.totp:{self.user.pk}:{digits}", True, steps * app_settings.TOTP_PERIOD
        ):
            raise get_factor_adapter().validation_error("incorrect_code")
        return code


class SecondFactorForm(AnyDigits, TakenOnce, factor_forms.AuthenticateForm):
    pass


class SecondFactorAgainForm(AnyDigits, TakenOnce, factor_forms.ReauthenticateForm):
    pass


class AppForm(AnyDigits, ActivateTOTPForm):
    pass


class ProfileForm(forms.ModelForm):
    # Of any length here: what is too long is refused in words that say by how much.
    display_name = forms.CharField(
        label=_("Your name"),
        max_length=LONGEST_NAME * 20,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto", "maxlength": None}),
        help_text=_("Everybody sees it beside what you write."),
    )
    reading = forms.MultipleChoiceField(
        label=_("Languages that I read"),
        choices=reading.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        template_name="accounts/includes/reading_field.html",
    )
    public_details = forms.MultipleChoiceField(
        label=_("Show on it, beside my name"),
        choices=Detail.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(
        label=_("Language of the pages and mails"),
        choices=[(code, own_name(code)) for code in CODES],
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [("", _("Universal time (UTC)")), *zones.choices()],
        required=False,
    )

    class Meta:
        model = User
        fields = [
            "display_name",
            "country",
            "organisation",
            "role",
            "reading",
            "about",
            "has_public_page",
            "public_details",
            "language",
            "time_zone",
        ]
        labels = {"has_public_page": _("Everybody may see a page about me")}
        help_texts = {
            "about": _("A few words, for those who read what you write."),
            "has_public_page": _("With your name, what you choose below, and what you wrote."),
        }
        widgets = {
            "organisation": forms.TextInput(attrs={"autocomplete": "organization", "dir": "auto"}),
            "about": forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        for name in ("country", "role"):
            field = self.fields[name]
            field.choices = [("", _("Not said")), *(pair for pair in field.choices if pair[0])]

    def languages_of_the_pages(self):
        return self["reading"][: len(CODES)]

    def more_languages(self):
        return self["reading"][len(CODES) :]

    def reads_more(self) -> bool:
        return any(choice.data["selected"] for choice in self.more_languages())

    def clean_display_name(self):
        return clean_display_name(self.cleaned_data["display_name"], self.instance)

    def clean_organisation(self):
        return normal_text(self.cleaned_data["organisation"], is_one_line=True)

    def clean_about(self):
        return normal_text(self.cleaned_data["about"])


class DeletionForm(forms.Form):
    posts = forms.ChoiceField(
        label=_("What happens to what you wrote?"),
        choices=[
            ("keep", _("It stays in the conversations, without my name.")),
            ("remove", _("It is removed, too.")),
        ],
        initial="keep",
        widget=forms.RadioSelect,
    )
    is_sure = forms.BooleanField(
        label=_("Yes, delete my account."),
        error_messages={"required": _("Tick this box if the account should be deleted.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
