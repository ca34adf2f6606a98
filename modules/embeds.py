"""Addresses of videos at YouTube and Vimeo, in every form in which people copy them."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

YOUTUBE, VIMEO = "YouTube", "Vimeo"
_YOUTUBE_HOSTS = {"youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com"}
_YOUTUBE_PATHS = re.compile(r"^/(?:embed|shorts|live|v|e)/(?P<id>[\w-]{11})$", re.ASCII)
_YOUTUBE_ID = re.compile(r"^[\w-]{11}$", re.ASCII)
_VIMEO_PATHS = re.compile(
    r"^/(?:video/|manage/videos/|channels/[\w-]+/|groups/[\w-]+/videos/|showcase/\d+/video/|album/\d+/video/)?"
    r"(?P<id>\d{6,12})(?:/(?P<hash>[0-9a-f]{6,20}))?$",
    re.ASCII,
)
_START = re.compile(r"^(?:(?P<h>\d{1,3})h)?(?:(?P<m>\d{1,4})m)?(?:(?P<s>\d{1,6})s?)?$", re.ASCII)


@dataclass(frozen=True)
class Embed:
    provider: str
    video_id: str
    # An unlisted Vimeo video opens only with its hash.
    unlisted_hash: str = ""
    start_seconds: int = 0

    @property
    def page_url(self) -> str:
        """Where the video can be watched without our player."""
        if self.provider == YOUTUBE:
            start = f"&t={self.start_seconds}s" if self.start_seconds else ""
            return f"https://www.youtube.com/watch?v={self.video_id}{start}"
        parts = [part for part in (self.video_id, self.unlisted_hash) if part]
        return f"https://vimeo.com/{'/'.join(parts)}"

    def player_url(self, language: str) -> str:
        """The player that stores least about the viewer, with captions in `language`."""
        if self.provider == YOUTUBE:
            options = {
                "autoplay": 1,
                "rel": 0,
                "playsinline": 1,
                "hl": language,
                "cc_load_policy": 1,
                "cc_lang_pref": language,
            }
            if self.start_seconds:
                options["start"] = self.start_seconds
            return f"https://www.youtube-nocookie.com/embed/{self.video_id}?{urlencode(options)}"
        options = {"dnt": 1, "autoplay": 1, "texttrack": language}
        if self.unlisted_hash:
            options["h"] = self.unlisted_hash
        start = f"#t={self.start_seconds}s" if self.start_seconds else ""
        return f"https://player.vimeo.com/video/{self.video_id}?{urlencode(options)}{start}"


def find_embed(address: str) -> Embed | None:
    """None when the address is not a video at YouTube or Vimeo."""
    address = address.strip()
    if "//" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        return None
    path = parts.path.rstrip("/")
    if host == "youtu.be":
        return _youtube(path.removeprefix("/"), query)
    if host in _YOUTUBE_HOSTS:
        match = _YOUTUBE_PATHS.match(path)
        return _youtube(match["id"] if match else query.get("v", ""), query)
    if host in {"vimeo.com", "player.vimeo.com"} and (match := _VIMEO_PATHS.match(path)):
        fragment = parts.fragment.removeprefix("t=") if parts.fragment.startswith("t=") else ""
        return Embed(VIMEO, match["id"], match["hash"] or _hash(query), _seconds(fragment))
    return None


def validate_video_address(address: str) -> None:
    if find_embed(address) is None:
        raise ValidationError(
            _(
                "This is not the address of one video at YouTube or Vimeo. Such an address "
                "looks like https://www.youtube.com/watch?v=…, https://youtu.be/…, "
                "https://www.youtube.com/shorts/…, https://www.youtube.com/live/…, "
                "https://vimeo.com/123456789 or https://player.vimeo.com/video/123456789. "
                "Open the video there and copy what the browser shows."
            )
        )


def _youtube(video_id: str, query: dict[str, str]) -> Embed | None:
    if not _YOUTUBE_ID.match(video_id):
        return None
    return Embed(YOUTUBE, video_id, "", _seconds(query.get("t") or query.get("start") or ""))


def _seconds(text: str) -> int:
    """ "760", "760s" and "12m40s" are all 760; anything else starts at the beginning."""
    match = _START.match(text)
    if not match:
        return 0
    hours, minutes, seconds = (int(match[part] or 0) for part in "hms")
    return hours * 3600 + minutes * 60 + seconds


def _hash(query: dict[str, str]) -> str:
    value = query.get("h", "")
    return value if re.fullmatch(r"[0-9a-f]{6,20}", value) else ""
