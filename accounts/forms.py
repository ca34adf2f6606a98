"""allauth's forms, where the Academy asks otherwise."""

import unicodedata

from allauth.account import forms as allauth_forms
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.socialaccount.forms import SignupForm as SocialAccountSignupForm
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _


class SignInForm(allauth_forms.LoginForm):
    """An address and, if the person likes, a password; without one a code is mailed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        self.fields["login"].help_text = _("We send you a code. No password is needed.")
        self.fields["password"].required = False


class SignUpForm(allauth_forms.SignupForm):
    field_order = ["display_name", "email", "password1"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].help_text = _("Nobody sees it. We send you a code to confirm it.")

    def try_save(self, request):
        password = self.cleaned_data.get("password1")
        if self.account_already_exists and password:
            # What a new account costs in time: the answer must not tell that there is one.
            make_password(password)
        return super().try_save(request)


class SocialSignUpForm(SocialAccountSignupForm):
    """What Facebook, X and others did not tell: an address, or a name that may be used here."""

    field_order = ["display_name", "email"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].help_text = _("Nobody sees it. We send you a code to confirm it.")


class AnyDigits:
    """A code in whatever digits the keyboard has: ٤ is 4."""

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


class SecondFactorForm(AnyDigits, factor_forms.AuthenticateForm):
    pass


class SecondFactorAgainForm(AnyDigits, factor_forms.ReauthenticateForm):
    pass


class AppForm(AnyDigits, ActivateTOTPForm):
    pass


class PasskeyForm(AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["name"].help_text = _("For you alone, such as: my telephone.")
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = _("It signs me in by itself")
        self.fields["passwordless"].help_text = _(
            "With your finger, your face or its code. Without it, it only adds to another way in."
        )
