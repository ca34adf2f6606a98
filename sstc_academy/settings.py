"""Settings of the Academy, read from the environment (docs/operating.md lists the variables)."""

import sys
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

from django.http.request import validate_host
from django.utils.translation import gettext_lazy as _

from sstc_academy.lib import env, var_folder
from sstc_academy.lib.logs import FORMATTERS, of_strangers

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"))).expanduser().resolve()


def _require_own_host() -> None:
    host = urlsplit(SITE_URL).hostname
    if host and not validate_host(host, ALLOWED_HOSTS):
        raise env.BadSetting(
            f"ALLOWED_HOSTS lacks {host}, the host of SITE_URL; add it, with a comma between."
        )


var_folder.make(VAR_DIR)
DEBUG = env.flag("DEBUG")
SECRET_KEY = var_folder.secret_key(VAR_DIR)
# Earlier keys, which still open what they signed or encrypted.
SECRET_KEY_FALLBACKS = env.secrets("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.host_names("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
# Where the world sees this site, for canonical addresses; empty means: as the request says.
SITE_URL = env.origin("SITE_URL")
_require_own_host()
# Where it is on this machine, for the links in mails until there is a SITE_URL.
LOCAL_URL = f"http://{env.socket_address('BIND', '127.0.0.1:8000')}"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []

INSTALLED_APPS = [
    "modeltranslation",
    "sstc_academy.apps.AcademyAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.contrib.sites",
    "django_countries",
    "csp",
    "django_htmx",
    "sstc_academy",
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.facebook",
    "allauth.socialaccount.providers.twitter_oauth2",
    "allauth.socialaccount.providers.openid_connect",
    "modules",
    # comments-xtd before forum, which takes its model and disconnects its signal.
    "django_comments_xtd",
    "django_comments",
    "forum",
]

MIDDLEWARE = [
    # Before all of it stands sstc_academy.page_cache.
    "sstc_academy.watching.named_requests",
    "sstc_academy.defence.guard",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sstc_academy.middleware.PageGZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "sstc_academy.middleware.cache_policy",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "sstc_academy.defence.refuse_large",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.own_time_zone",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "sstc_academy.urls"
WSGI_APPLICATION = "sstc_academy.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sstc_academy.context_processors.page",
                "accounts.context_processors.ways",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# PostgreSQL when DATABASE_URL names one, else a file.
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": VAR_DIR / "academy.sqlite3",
    # Each thread keeps its connection: to open one takes longer than to answer from memory.
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        # Writers queue from their first statement: an upgrade from read to write would fail.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        ),
    },
}
# gunicorn's threads stay, so each keeps a connection. A pool would hold as many and ask more
# of each request (0.5 ms and not 0.1), and while the server is down wait half a minute.
POSTGRES = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
_postgres = env.postgres("DATABASE_URL")
DATABASES = {"default": _postgres | POSTGRES if _postgres else SQLITE}
# The comment framework belongs every comment to a site; the Academy is one.
SITE_ID = 1
COMMENTS_APP = "django_comments_xtd"
COMMENTS_XTD_MODEL = "forum.models.Post"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Counts of tries to sign in and the like: shared by all processes, which a cache in memory would
# not be. In the database, or in Redis when CACHE_URL names one; the database then stands by.
_database_cache = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "cache",
    # The default, 300, would forget the limits of a person when others keep trying.
    "OPTIONS": {"MAX_ENTRIES": 50_000},
}
CACHES = {"default": _database_cache}
if _redis := env.redis_server("CACHE_URL"):
    CACHES = {
        "default": {
            "BACKEND": "sstc_academy.lib.shared_cache.SharedCache",
            "LOCATION": _redis,
            "KEY_PREFIX": "academy",
        },
        "fallback": _database_cache,
    }
# Sessions stay in the database, which all servers share. A copy in Redis would outlive a sign-out
# that happened while Redis could not be reached.
SESSION_ENGINE = "accounts.session_store"

# Security. HTTPS=true says that a proxy in front of us speaks TLS to the world.
HTTPS = env.flag("HTTPS")

# People and their ways in: django-allauth.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Digits, which every keyboard has. Tries and mails are limited, so that guessing is hopeless.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.names.NameForm"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "signup": "accounts.forms.SignUpForm",
    "confirm_login_code": "accounts.forms.SignInCodeForm",
    "confirm_email_verification_code": "accounts.forms.EmailCodeForm",
    "confirm_password_reset_code": "accounts.forms.PasswordCodeForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# A mail may take minutes on its way.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
# Beside allauth's own limits: how many codes one address is sent in a day.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,3/m/key,30/d/key",
    "reset_password": "20/m/ip,3/m/key,30/d/key",
}
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondFactorForm",
    "reauthenticate": "accounts.forms.SecondFactorAgainForm",
    "activate_totp": "accounts.forms.AppForm",
    "add_webauthn": "accounts.passkeys.AddForm",
    "signup_webauthn": "accounts.passkeys.SignUpForm",
    "login_webauthn": "accounts.passkeys.SignInForm",
    "authenticate_webauthn": "accounts.passkeys.SecondFactorForm",
    "reauthenticate_webauthn": "accounts.passkeys.SecondFactorAgainForm",
}
MFA_PASSKEY_LOGIN_ENABLED = MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_ISSUER = "SSTC Academy"
# A telephone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# Browsers know passkeys on https, and for trying out on localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAdapter"
SOCIALACCOUNT_FORMS = {
    "signup": "accounts.forms.SocialSignUpForm",
    "disconnect": "accounts.forms.DisconnectForm",
}
# One person, one account: an address that Google or a ministry's own service has confirmed joins
# the account that has it. Facebook and X confirm none.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {
    "google": {"APPS": env.social_apps("GOOGLE"), "OAUTH_PKCE_ENABLED": True},
    "facebook": {"APPS": env.social_apps("FACEBOOK"), "FIELDS": ["id", "name", "email"]},
    "twitter_oauth2": {"APPS": env.social_apps("X"), "FIELDS": ["id", "name", "username"]},
    "openid_connect": {"APPS": env.openid_apps("OIDC"), "OAUTH_PKCE_ENABLED": True},
}
# Domains of throw-away mailboxes with which nobody may open an account.
REFUSED_EMAIL_DOMAINS = env.domains("REFUSED_EMAIL_DOMAINS")

# Languages. modeltranslation makes a column for each, so the list is code and not a setting.
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("es", _("Spanish")),
    ("pt", _("Portuguese")),
    ("ar", _("Arabic")),
]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)
# A row made while another language is active still gets its English column.
MODELTRANSLATION_AUTO_POPULATE = "default"
# What people call them, and what the module's own texts call them in each language.
COUNTRIES_OVERRIDE = {
    "AO": _("Angola"),
    "MZ": _("Mozambique"),
    "US": _("United States"),
    "UY": _("Uruguay"),
    "ZA": _("South Africa"),
}
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["sstc_academy.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# Uploaded files lie in VAR_DIR, or in a bucket that all servers share.
_bucket = env.object_storage("MEDIA_STORAGE")
# Where browsers are sent for files: the policy below lets pages show them.
MEDIA_ORIGINS = [_bucket["endpoint_url"]] if _bucket else []
STORAGES = {
    "default": (
        {"BACKEND": "sstc_academy.lib.object_storage.ObjectStorage", "OPTIONS": _bucket}
        if _bucket
        else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "sstc_academy.lib.static_storage.BundledStaticFilesStorage"
        )
    },
}
FILE_UPLOAD_PERMISSIONS = 0o644
# A module's page in the admin holds every event in five languages.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# Of a form outside the administration, none of which takes files.
MAX_FORM_BYTES = 1024 * 1024
MAX_VIDEO_MB = env.integer("MAX_VIDEO_MB", 200, minimum=1)
MAX_FILE_MB = env.integer("MAX_FILE_MB", 20, minimum=1)

# Mails are queued in the database; the worker hands them to what MAIL_BACKEND names.
EMAIL_BACKEND = "accounts.mail.backend.OutboxBackend"
MAIL_BACKEND = env.mail_backend()
# Where mails lie until a mail server is named.
MAIL_DIR = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.sender("DEFAULT_FROM_EMAIL", "SSTC Academy <academy@localhost>")
EMAIL_HOST = env.host_name("EMAIL_HOST")
EMAIL_USE_TLS, EMAIL_USE_SSL = env.one_flag("EMAIL_USE_TLS", "EMAIL_USE_SSL")
EMAIL_PORT = env.integer(
    "EMAIL_PORT", 587 if EMAIL_USE_TLS else 465 if EMAIL_USE_SSL else 25, minimum=1
)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.pair("EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD")
# Seconds that the mail server may take for each answer.
EMAIL_TIMEOUT = env.integer("EMAIL_TIMEOUT", 30, minimum=1)
# Where answers to the mails of the forum arrive, each with a token of its own behind the name;
# empty: posts are answered in the forum only.
REPLY_ADDRESS = env.reply_address("REPLY_ADDRESS")
# What a mail service wants to know: ANYMAIL_POSTMARK_SERVER_TOKEN and so on.
ANYMAIL = env.with_prefix("ANYMAIL_")
env.require_credentials("ANYMAIL_WEBHOOK_SECRET")

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# Shows the form again with what was typed.
CSRF_FAILURE_VIEW = "forum.views.writing.form_again"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
_hsts_seconds = env.integer("HSTS_SECONDS", 31_536_000)
SECURE_HSTS_SECONDS = _hsts_seconds if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# How many proxies of ours stand in front: so many addresses at the end of X-Forwarded-For are true.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 1 if HTTPS else 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# YouTube refuses embeds that send no Referer (error 153); this sends our origin and no more.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", *MEDIA_ORIGINS],
        "font-src": ["'self'"],
        "media-src": ["'self'", *MEDIA_ORIGINS],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "frame-src": ["https://www.youtube-nocookie.com", "https://player.vimeo.com"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "report-uri": "/csp-report",
    }
}

# A check against automatic posts of guests: the browser does some arithmetic. Off unless needed.
CAPTCHA = env.flag("CAPTCHA")
ALTCHA_HMAC_KEY = sha256(b"altcha" + SECRET_KEY.encode()).hexdigest()

# Who may read /metrics.
METRICS_NETWORKS = env.networks("METRICS_NETWORKS", ["127.0.0.0/8", "::1/128"])
# From how many milliseconds on the log names a query; 0: never.
SLOW_QUERY_MS = env.integer("SLOW_QUERY_MS", 0)
LOG_FORMAT = env.choice(
    "LOG_FORMAT", "text" if sys.stderr.isatty() else "json", allowed=("text", "json")
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": FORMATTERS[LOG_FORMAT]}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "filters": {
        "of_strangers": {"()": "django.utils.log.CallbackFilter", "callback": of_strangers}
    },
    "loggers": {
        # An address that does not exist is no fault of ours,
        "django.request": {"level": "ERROR"},
        # nor is a name under which somebody looks for whatever answers.
        "django.security.DisallowedHost": {"filters": ["of_strangers"]},
    },
    "root": {
        "handlers": ["console"],
        "level": env.choice(
            "LOG_LEVEL", "WARNING", allowed=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
        ),
    },
}
if _dsn := env.text("SENTRY_DSN"):
    env.require("SENTRY_DSN", "sentry_sdk", package="sentry-sdk")
    import_module("sstc_academy.lib.error_reports").start(_dsn)
