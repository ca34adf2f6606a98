"""Django's sessions in the database, of which the page of sessions loses none."""

from allauth.core import context
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Django gives a session a new key when SECRET_KEY has changed."""

    def cycle_key(self):
        request = context.request
        if request is not None and request.session is not self:
            # allauth only looks whether another browser's session is alive: that one keeps its key.
            return
        before = self.session_key
        super().cycle_key()
        UserSession.objects.filter(session_key=before).update(session_key=self.session_key)
