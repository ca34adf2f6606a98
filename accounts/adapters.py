"""Where the Academy does otherwise than django-allauth by itself."""

from contextlib import suppress
from ipaddress import ip_address

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language_bidi, gettext, override
from django.utils.translation import gettext_lazy as _

from accounts.addresses import refuse_throw_away
from accounts.encryption import decrypt, encrypt
from accounts.models import User
from accounts.names import clean_display_name
from accounts.personal_data import keep_after_all
from accounts.sessions import was_just_shown
from accounts.signals import SIGNED_UP_HERE
from sstc_academy.lib import languages
from sstc_academy.lib.addresses import client_address

LONGEST_EMAIL = User._meta.get_field("email").max_length
WAYS_TO_SHOW_IT = {
    "reauthenticate": _("Use my password"),
    "mfa_reauthenticate": _("Use the app or a recovery code"),
    "mfa_reauthenticate:webauthn": _("Use my passkey"),
    "code": _("Use a code by mail"),
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "incorrect_code": _("This is not the code. Look at the newest mail and try again."),
        "too_many_login_attempts": _("There were too many tries. Wait a few minutes, then go on."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This password is not right."),
        "duplicate_email": _("This is the address of your account already."),
        "same_as_current": _("This is the address of your account already."),
        "email_taken": _("Another account uses this e-mail address."),
        "rate_limited": _("This was asked for too often. Wait a few minutes, then go on."),
        "long_email": _("This is too long for an e-mail address."),
    }

    def clean_email(self, email):
        if len(email) > LONGEST_EMAIL:
            raise self.validation_error("long_email")
        refuse_throw_away(email)
        return email

    def save_user(self, request, user, form, commit=True):
        user.display_name = form.cleaned_data["display_name"]
        user.language = languages.current()
        user = super().save_user(request, user, form, commit=commit)
        request.session[SIGNED_UP_HERE] = user.pk
        return user

    def post_login(self, request, user, **kwargs):
        response = super().post_login(request, user, **kwargs)
        if kwargs["signup"]:
            # The code that confirmed the address has shown who it is, which allauth leaves out.
            record_authentication(request, user, method="code", email=user.email)
        if keep_after_all(user):
            messages.success(request, _("Welcome back. Your account will not be deleted."))
        self.remember_language(response, user)
        return response

    def remember_language(self, response, user) -> None:
        """The bare address opens in the person's language on this device from now on."""
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=365 * 24 * 60 * 60,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )

    def is_safe_url(self, url):
        # "http://[" is no address at all, which allauth does not expect.
        try:
            return super().is_safe_url(url)
        except ValueError:
            return False

    def get_client_ip(self, request):
        """As the rest of the site sees it. allauth answers an error of ours where fewer addresses
        are given than there are proxies."""
        try:
            return str(ip_address(client_address(request)))
        except ValueError:
            raise PermissionDenied from None

    def get_reauthentication_methods(self, user):
        methods = super().get_reauthentication_methods(user)
        if not methods and user.is_authenticated:
            methods = [{"id": "code", "url": reverse("accounts:reauthenticate_by_code")}]
        return [method | {"description": WAYS_TO_SHOW_IT[method["id"]]} for method in methods]

    def is_reauthentication_required(self, *, app, **kwargs):
        user = self.request.user
        # allauth counts only what was shown after signing in.
        if user.is_authenticated and was_just_shown(self.request):
            return False
        if user.is_authenticated and not get_reauthentication_flows(user):
            # What returns from here is not asked any further for people without a password.
            raise ReauthenticationRequired
        return super().is_reauthentication_required(app=app, **kwargs)

    def send_account_already_exists_mail(self, email):
        sign_in_url = build_absolute_uri(self.request, reverse("account_login"))
        self.send_mail("account/email/account_already_exists", email, {"sign_in_url": sign_in_url})

    def send_mail(self, template_prefix, email, context):
        user = context.get("user")
        # A person's own language, also where somebody else has caused the mail.
        with override(user.language if user else languages.current()):
            super().send_mail(template_prefix, email, context)

    def render_mail(self, template_prefix, email, context, headers=None):
        """The text of allauth's or our template; the same in HTML, in the look of the site."""
        message = super().render_mail(template_prefix, email, context, headers)
        html = render_to_string(
            "account/email/message.html",
            {
                "subject": message.subject,
                "paragraphs": [part.strip() for part in message.body.split("\n\n") if part.strip()],
                "code": context.get("code"),
                "language": languages.current(),
                "direction": "rtl" if get_language_bidi() else "ltr",
            },
        )
        html_message = EmailMultiAlternatives(
            message.subject, message.body, message.from_email, message.to, headers=headers
        )
        html_message.attach_alternative(html, "text/html")
        return html_message


class SocialAdapter(DefaultSocialAccountAdapter):
    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "no_verified_email": _("Confirm your e-mail address first: you sign in with it then."),
        "connected_other": _("Somebody already signs in to another account with this one."),
    }

    def populate_user(self, request, sociallogin, data):
        user = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        name = data.get("name") or " ".join(filter(None, parts))
        # A name that may not be used here is asked for in the form of sign-up.
        with suppress(ValidationError):
            user.display_name = clean_display_name(name)
        user.language = languages.current()
        return user

    def is_auto_signup_allowed(self, request, sociallogin):
        has_name = bool(sociallogin.user.display_name)
        return has_name and super().is_auto_signup_allowed(request, sociallogin)

    def get_signup_form_initial_data(self, sociallogin):
        initial = super().get_signup_form_initial_data(sociallogin)
        return initial | {"display_name": sociallogin.user.display_name}


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Wait for the next one and try again."),
        "unverified_email": _("Confirm your e-mail address first, with the code in the mail."),
        "cannot_generate_recovery_codes": _("Add a passkey or an app that shows codes first."),
    }

    def _get_site_name(self):
        # What a telephone shows beside the passkey; a name, in all languages the same.
        return settings.MFA_TOTP_ISSUER

    def encrypt(self, text):
        return encrypt(text)

    def decrypt(self, encrypted_text):
        return decrypt(encrypted_text)

    def generate_authenticator_name(self, user, type):
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}
