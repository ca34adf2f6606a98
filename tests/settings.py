"""The Academy's own settings, but for what a test must not share or wait for."""

from tempfile import TemporaryDirectory

from sstc_academy.settings import *  # noqa: F403
from sstc_academy.settings import STORAGES

_media = TemporaryDirectory(prefix="academy-media-")
MEDIA_ROOT = _media.name
# The manifest of hashed names belongs to a collected site; the browser tests run one.
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Each test's first request would look through all files of a site that was served from here.
WHITENOISE_AUTOREFRESH = True
