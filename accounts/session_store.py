"""Django's sessions in the database, of which the page of sessions loses none."""

from allauth.core import context
from allauth.usersessions.models import UserSession
from cryptography.fernet import InvalidToken
from django.contrib.sessions.backends import db

from accounts.encryption import keys


class SessionStore(db.SessionStore):
    """Encrypted: codes and keys stand in a session until they are used, and what a person typed."""

    def encode(self, session_dict):
        return keys().encrypt(super().encode(session_dict).encode()).decode()

    def decode(self, session_data):
        try:
            return super().decode(keys().decrypt(session_data.encode()).decode())
        except InvalidToken:
            # Of a release that only signed them, or of a key that is lost.
            return super().decode(session_data)

    def cycle_key(self):
        """Django gives a session a new key when SECRET_KEY has changed."""
        request = context.request
        if request is not None and request.session is not self:
            # allauth only looks whether another browser's session is alive: that one keeps its key.
            return
        before = self.session_key
        super().cycle_key()
        UserSession.objects.filter(session_key=before).update(session_key=self.session_key)
