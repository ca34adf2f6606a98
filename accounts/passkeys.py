"""allauth's forms for passkeys: in our words, and deaf to nonsense."""

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as allauth_forms
from django.utils.translation import gettext_lazy as _


@contextmanager
def _nonsense_refused() -> Iterator[None]:
    """What no browser sends; allauth reads it without looking first."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError):
        raise get_adapter().validation_error("incorrect_code") from None


class _MakesPasskey:
    def clean(self):
        with _nonsense_refused():
            return super().clean()


class _UsesPasskey:
    def clean_credential(self):
        with _nonsense_refused():
            return super().clean_credential()


class AddForm(_MakesPasskey, allauth_forms.AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["name"].help_text = _("For you alone, such as: my telephone.")
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = _("It signs me in by itself")
        self.fields["passwordless"].help_text = _(
            "With your finger, your face or its code. Without it, it only adds to another way in."
        )


class SignUpForm(_MakesPasskey, allauth_forms.SignupWebAuthnForm):
    pass


class SignInForm(_UsesPasskey, allauth_forms.LoginWebAuthnForm):
    pass


class SecondFactorForm(_UsesPasskey, allauth_forms.AuthenticateWebAuthnForm):
    pass


class SecondFactorAgainForm(_UsesPasskey, allauth_forms.ReauthenticateWebAuthnForm):
    pass
