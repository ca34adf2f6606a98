"""Showing once more who one is with a code by mail, for who has no password and no second factor.

allauth asks such people nothing before something important changes; here they type a code.
"""

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.forms import BaseConfirmCodeForm
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.views import BaseReauthenticateView
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.forms import AnyDigits
from accounts.late_codes import say_that_it_is_late

_SESSION_KEY = "accounts_shown_again"


class _Process(AbstractCodeVerificationProcess):
    def __init__(self, request, state):
        super().__init__(
            max_attempts=app_settings.LOGIN_BY_CODE_MAX_ATTEMPTS,
            timeout=app_settings.LOGIN_BY_CODE_TIMEOUT,
            state=state,
            user=request.user,
        )
        self.request = request

    @classmethod
    def start(cls, request) -> None:
        email = EmailAddress.objects.get_primary_email(request.user) or request.user.email
        process = cls(request, cls.initial_state(request.user, email=email))
        process.send()
        process.persist()

    @classmethod
    def resume(cls, request) -> "_Process | None":
        state = request.session.get(_SESSION_KEY)
        return cls(request, state).abort_if_invalid() if state else None

    def send(self) -> None:
        adapter = get_adapter()
        self.state["code"] = adapter.generate_login_code()
        adapter.send_mail("account/email/login_code", self.state["email"], {"code": self.code})

    def persist(self) -> None:
        self.request.session[_SESSION_KEY] = self.state

    def abort(self) -> None:
        self.request.session.pop(_SESSION_KEY, None)


class CodeForm(AnyDigits, BaseConfirmCodeForm):
    pass


@method_decorator([never_cache, login_required], name="dispatch")
class ReauthenticateByCodeView(BaseReauthenticateView):
    """A button that sends a code, then the field for it."""

    form_class = CodeForm
    template_name = "account/reauthenticate_by_code.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.process = _Process.resume(request) if request.user.is_authenticated else None

    def post(self, request, *args, **kwargs):
        if self.process is None or "send" in request.POST:
            if "code" in request.POST:
                say_that_it_is_late(request)
            _Process.start(request)
            return redirect(request.get_full_path())
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"code": self.process.code if self.process else ""}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"process": self.process}

    def form_valid(self, form):
        self.process.abort()
        record_authentication(self.request, self.request.user, method="code", reauthenticated=True)
        return super().form_valid(form)

    def form_invalid(self, form):
        if self.process.record_invalid_attempt():
            return super().form_invalid(form)
        return redirect(self.request.get_full_path())
