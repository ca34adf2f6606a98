"""Settings of the Academy, read from the environment (docs/operating.md lists the variables)."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from sstc_academy.lib import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"))).expanduser().resolve()


def _make_var_dir() -> None:
    try:
        VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("media", "mail", "static"):
            (VAR_DIR / name).mkdir(exist_ok=True)
    except OSError as error:
        raise env.BadSetting(
            f'VAR_DIR is "{VAR_DIR}", which cannot be written ({error.strerror}); '
            "give a folder that this user owns."
        ) from None


def _secret_key() -> str:
    """SECRET_KEY, or a key generated once and kept in VAR_DIR, readable by its owner only."""
    if key := env.text("SECRET_KEY"):
        if len(key) < 50:
            raise env.BadSetting(
                f"SECRET_KEY has {len(key)} characters; give at least 50 random ones."
            )
        return key
    path = VAR_DIR / "secret_key"
    if not path.exists():
        # Linked into place when complete: another process never reads half a key.
        with NamedTemporaryFile("w", dir=VAR_DIR) as file:  # which makes it with mode 0600
            file.write(get_random_secret_key())
            file.flush()
            with suppress(FileExistsError):
                path.hardlink_to(file.name)
    return path.read_text().strip()


_make_var_dir()
DEBUG = env.flag("DEBUG")
SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.host_names("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
# Where the world sees this site, for canonical addresses; empty means: as the request says.
SITE_URL = env.origin("SITE_URL")
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
    "modules",
    # comments-xtd before forum, which takes its model and disconnects its signal.
    "django_comments_xtd",
    "django_comments",
    "forum",
]

MIDDLEWARE = [
    "sstc_academy.page_cache.PageCache",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sstc_academy.middleware.PageGZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "sstc_academy.middleware.cache_policy",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
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
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# PostgreSQL when DATABASE_URL names one, else a file.
DATABASES = {
    "default": {
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
}
if _postgres := env.postgres("DATABASE_URL"):
    # gunicorn's threads stay, so each keeps a connection. A pool would hold as many and ask more
    # of each request (0.5 ms and not 0.1), and while the server is down wait half a minute.
    DATABASES["default"] = _postgres | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
# The comment framework belongs every comment to a site; the Academy is one.
SITE_ID = 1
COMMENTS_APP = "django_comments_xtd"
COMMENTS_XTD_MODEL = "forum.models.Post"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

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
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
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
MAX_VIDEO_MB = env.integer("MAX_VIDEO_MB", 200, minimum=1)
MAX_FILE_MB = env.integer("MAX_FILE_MB", 20, minimum=1)

# Outgoing mail lands in files until a mail server is named.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "SSTC Academy <academy@localhost>")

# Security. HTTPS=true says that a proxy in front of us speaks TLS to the world.
HTTPS = env.flag("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# Shows the form again with what was typed.
CSRF_FAILURE_VIEW = "forum.views.writing.form_again"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 31_536_000) if HTTPS else 0
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
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "media-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "frame-src": ["https://www.youtube-nocookie.com", "https://player.vimeo.com"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    }
}

# A check against automatic posts of guests: the browser does some arithmetic. Off unless needed.
CAPTCHA = env.flag("CAPTCHA")
ALTCHA_HMAC_KEY = sha256(b"altcha" + SECRET_KEY.encode()).hexdigest()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # An address that does not exist is no fault of ours.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {
        "handlers": ["console"],
        "level": env.choice(
            "LOG_LEVEL", "WARNING", allowed=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
        ),
    },
}
