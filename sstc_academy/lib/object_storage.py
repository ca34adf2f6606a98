"""Uploaded files in a bucket of an S3-compatible service, for several servers."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from sstc_academy.lib.files import content_headers

# Nothing else of the bucket can be asked for from outside.
_FOLDER = "media"
# How long a browser may go on with a file; it asks us again before.
SECONDS_OF_A_LINK = 12 * 60 * 60


class ObjectStorage(S3Storage):
    """Pages name our own address of a file, which stays; it leads to a signed one, which ends.

    So kept pages never hold a link that has ended, and the bucket can be closed to the public.
    """

    def __init__(self, **options):
        super().__init__(
            **options,
            location=_FOLDER,
            file_overwrite=False,
            client_config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=3,
                read_timeout=20,
                retries={"total_max_attempts": 2},
            ),
        )
        # A file never changes, so that a list of many costs nothing the second time.
        self._sizes: dict[str, int] = {}

    def url(self, name):
        return settings.MEDIA_URL + filepath_to_uri(name)

    def signed_url(self, name: str) -> str:
        headers = content_headers(name)
        parameters = {
            f"Response{header.replace('-', '')}": text for header, text in headers.items()
        }
        return super().url(name, parameters=parameters, expire=SECONDS_OF_A_LINK)

    def size(self, name):
        """OSError when nothing is there, or when the service does not answer."""
        if name not in self._sizes:
            with _failures_as_os_errors():
                self._sizes[name] = super().size(name)
        return self._sizes[name]

    def read(self, name: str) -> bytes:
        """OSError as above."""
        with _failures_as_os_errors(), self.open(name) as file:
            return file.read()

    def delete(self, name):
        self._sizes.pop(name, None)
        super().delete(name)

    def get_object_parameters(self, name):
        parameters = {name.replace("-", ""): text for name, text in content_headers(name).items()}
        return parameters | {"CacheControl": "public, max-age=31536000, immutable"}


@contextmanager
def _failures_as_os_errors() -> Iterator[None]:
    """What the rest of the site expects of files."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error
