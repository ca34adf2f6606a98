from django.utils import timezone

from accounts import zones


def own_time_zone(get_response):
    """Shows times in the time zone that a member has chosen."""

    def middleware(request):
        # A visitor without a session has no choice, and costs no query.
        zone = zones.find(request.user.time_zone) if request.user.is_authenticated else None
        with timezone.override(zone):
            return get_response(request)

    return middleware
