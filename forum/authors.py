from dataclasses import dataclass

from accounts.models import User
from forum.models import Post


@dataclass(frozen=True)
class Author:
    """A member, or a guest by name and e-mail address."""

    user: User | None = None
    name: str = ""
    email: str = ""
    # Of a guest: in which they read mails.
    language: str = ""

    @classmethod
    def member(cls, user: User) -> "Author":
        return cls(user, user.display_name, user.email)

    @classmethod
    def of(cls, post: Post) -> "Author":
        return (
            cls.member(post.user)
            if post.user
            else cls(None, post.user_name, post.user_email, post.guest_language)
        )

    @property
    def is_facilitator(self) -> bool:
        """May keep order; what the administration asks too."""
        return bool(self.user and self.user.may_as_staff("forum.change_post"))
