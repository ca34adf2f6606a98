"""The mails that tell of posts: of one conversation at once, or of everything each day or week."""

from forum.post_mails.building import build_digests, build_letters

__all__ = ["build_digests", "build_letters"]
