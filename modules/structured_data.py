"""What search engines and other readers of JSON-LD learn from a page (schema.org)."""

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from modules.models import Module, TimelineEvent, Video
from modules.models.timeline import Kind
from sstc_academy.lib import languages
from sstc_academy.lib.addresses import absolute
from sstc_academy.lib.languages import translated

# A memorandum or a pledge is signed, not attended: schema.org has no event for it.
_ATTENDED = {Kind.CONFERENCE, Kind.EVENT, Kind.COURSE}


def module(module: Module, events: list[TimelineEvent], request) -> list[dict]:
    address = absolute(request, module.get_absolute_url())
    course = {
        "@context": "https://schema.org",
        "@type": "Course",
        "@id": address,
        "url": address,
        "name": str(translated(module, "title")),
        "description": str(translated(module, "summary")),
        "inLanguage": translated(module, "title").language,
        "isAccessibleForFree": True,
        "teaches": module.objective_lines,
        "provider": {
            "@type": "Organization",
            "name": _("SSTC Academy"),
            "url": absolute(request, reverse("home")),
        },
    }
    if module.minutes:
        course["timeRequired"] = f"PT{module.minutes}M"
    videos = [data for each in module.videos.all() for data in video(each, module, request)]
    meetings = [_event(event, address) for event in events if event.kind in _ATTENDED]
    return [course, *videos, *meetings]


def video(video: Video, module: Module, request) -> list[dict]:
    """Nothing for a video that is still to come."""
    if not video.is_playable:
        return []
    title, description = translated(video, "title"), translated(video, "description")
    picture = video.poster.url if video.poster else static("img/share.png")
    data = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": str(title),
        "description": str(description or title),
        "inLanguage": title.language,
        "thumbnailUrl": absolute(request, picture),
        "uploadDate": (module.published_at or module.updated_at).isoformat(),
    }
    if video.seconds:
        minutes, seconds = divmod(video.seconds, 60)
        data["duration"] = f"PT{minutes}M{seconds}S"
    if video.file:
        data["contentUrl"] = absolute(request, video.file.url)
    else:
        data["embedUrl"] = video.embed.player_url(languages.current())
    if transcript := translated(video, "transcript"):
        data["transcript"] = str(transcript)
    return [data]


def _event(event: TimelineEvent, page: str) -> dict:
    title = translated(event, "title")
    data = {
        "@context": "https://schema.org",
        "@type": "EducationEvent" if event.kind == Kind.COURSE else "Event",
        "name": str(title),
        "url": f"{page}#{event.anchor}",
        "inLanguage": title.language,
        "startDate": event.starts_on.isoformat(),
    }
    if event.ends_on:
        data["endDate"] = event.ends_on.isoformat()
    if text := translated(event, "text"):
        data["description"] = str(text)
    if where := event.place_names:
        data["location"] = {"@type": "Place", "name": where}
    return data
