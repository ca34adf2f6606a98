"""What needs no person: which posts are refused, and which wait until a facilitator has looked."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from forum.authors import Author
from forum.limits import Limit, Origin, counts, hashed, trace
from forum.models import BlockedTerm, HeldFor, Policy, Post, Restriction, State, Trace
from forum.refusals import RefusedError
from modules.models import Module
from sstc_academy.lib.text import render_post

# A training room answers quickly, from one network; a person writes.
PER_PERSON = Limit(short=10, long=100)
PER_BROWSER = Limit(short=15, long=150)
PER_NETWORK = Limit(short=150, long=2_000)
REPORTS_PER_PERSON = Limit(short=10, long=40)
CHANGES_PER_PERSON = Limit(short=20, long=100)
# Who has fewer published posts is new here, and may send fewer links than this at once.
NEWCOMERS_POSTS, NEWCOMERS_LINKS = 3, 3
# The same text from so many people is a campaign.
MOST_REPEATS = 3
# "Thank you!" may be said twice.
_SHORTEST_REPEAT = 20
_DOMAIN = re.compile(r"[^\W_][\w-]*(\.[\w-]+)+")
# Written without spaces between the words.
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")


@dataclass(frozen=True)
class Draft:
    """What somebody wants to post."""

    author: Author
    module: Module
    text: str
    title: str = ""
    # False: the optional check against automatic posts was not made.
    is_checked: bool = True

    @cached_property
    def html(self) -> str:
        return render_post(self.text)


def admit(draft: Draft, origin: Origin) -> None:
    """Lets a guest's draft wait for its mail, and counts where it came from.

    RefusedError as from `judge`, which counts the person when the post is published.
    """
    refuse_banned(draft.author)
    _refuse_or_hold_words(draft)
    _count(_places(draft, origin), [])


def judge(draft: Draft, origin: Origin) -> str:
    """Why the post is held, a code of HeldFor; "" when it may stand at once. It is counted.

    RefusedError when it may not be posted at all.
    """
    if draft.author.is_facilitator:
        return ""
    is_restricted = refuse_banned(draft.author)
    holds_words = _refuse_or_hold_words(draft)
    senders = [(person_key(draft.author), PER_PERSON), *_places(draft, origin)]
    is_repeated = _count(senders, _texts(draft))
    return _why_held(draft, is_restricted, holds_words, is_repeated)


def judge_change(draft: Draft) -> str:
    """The same for a post whose author changes it, which is no repetition of itself."""
    if draft.author.is_facilitator:
        return ""
    is_restricted = refuse_banned(draft.author)
    holds_words = _refuse_or_hold_words(draft)
    _count([(hashed("change", person_key(draft.author)), CHANGES_PER_PERSON)], [])
    return _why_held(draft, is_restricted, holds_words)


def forget_text(draft: Draft) -> None:
    """Its author has deleted it, and may post it again, in a better place."""
    Trace.objects.filter(key__in=_texts(draft)[:1]).delete()


def _why_held(
    draft: Draft, is_restricted: bool, holds_words: bool, is_repeated: bool = False
) -> str:
    """The first reason that there is; "" for none."""
    is_guest = draft.author.user is None
    if is_guest and Policy.of(draft.module).mode == Policy.Mode.APPROVAL:
        return HeldFor.APPROVAL
    if is_restricted:
        return HeldFor.RESTRICTED
    if holds_words:
        return HeldFor.WORDS
    if is_repeated:
        return HeldFor.REPEATED
    if not draft.is_checked:
        return HeldFor.CAPTCHA
    return HeldFor.LINKS if _has_many_links(draft) else ""


def restriction_of(author: Author) -> Restriction | None:
    """The hardest one that is in force, on the account, the address or its domain."""
    email = author.email.lower()
    names = [email, *domains(email.rpartition("@")[2])] if email else []
    subject = Q(in_small_letters__in=names)
    if email:
        subject |= Q(account__email__iexact=email)
    if author.user:
        subject |= Q(account=author.user)
    restrictions = Restriction.objects.annotate(in_small_letters=Lower("address"))
    found = restrictions.filter(subject).exclude(until__lte=timezone.now())
    # "banned" comes before "held".
    return found.order_by("level").first()


class Banned:
    """All who may not post now, to ask about many people with one query."""

    def __init__(self):
        restrictions = Restriction.objects.filter(level=Restriction.Level.BANNED)
        in_force = restrictions.exclude(until__lte=timezone.now())
        rows = list(in_force.values_list("account", "account__email", "address"))
        self._accounts = {account for account, _email, _address in rows if account}
        # An account's address too: it could be a guest's as well.
        self._names = {(email or address).lower() for _account, email, address in rows}

    def includes(self, account: int | None, email: str) -> bool:
        """`email` in small letters; `account` None for a guest."""
        if not self._names:
            return False
        names = [email, *domains(email.rpartition("@")[2])]
        return account in self._accounts or not self._names.isdisjoint(names)


def refuse_banned(author: Author) -> bool:
    """RefusedError for who may not post; whether the posts of others wait for approval."""
    restriction = None if author.is_facilitator else restriction_of(author)
    if restriction and restriction.level == Restriction.Level.BANNED:
        raise RefusedError(RefusedError.BANNED)
    return restriction is not None


def _refuse_or_hold_words(draft: Draft) -> bool:
    """Whether it holds what a facilitator wants to see first."""
    terms = list(BlockedTerm.objects.all())
    if not terms:
        return False
    text = _folded(f"{draft.title}\n{draft.text}")
    linked = {name for host in _hosts(draft.html) for name in domains(host)}
    found = [
        term
        for term in terms
        if _folded(term.term) in linked or (not _is_domain(term.term) and _says(text, term.term))
    ]
    if any(term.level == BlockedTerm.Level.REFUSED for term in found):
        raise RefusedError(RefusedError.WORDS)
    return bool(found)


def admit_report(author: Author | None, reporter: str, network: str) -> None:
    """RefusedError for who may not post, or reports too often; both are keys of `limits`."""
    if author:
        refuse_banned(author)
    per_person = hashed("report", reporter), REPORTS_PER_PERSON
    _count([per_person, (hashed("report", network), PER_NETWORK)], [])


def _count(senders: list[tuple[str, Limit]], texts: list[str]) -> bool:
    """Whether several others have posted the same text. RefusedError when it is too often."""
    found = counts([key for key, _limit in senders] + texts)
    for key, limit in senders:
        if key in found and (wait := found[key].wait(limit)):
            raise RefusedError(RefusedError.TOO_FAST, wait=wait)
    if texts and texts[0] in found:
        raise RefusedError(RefusedError.REPEATED)
    trace([key for key, _limit in senders] + texts)
    return bool(texts) and texts[1] in found and found[texts[1]].long >= MOST_REPEATS


def _places(draft: Draft, origin: Origin) -> list[tuple[str, Limit]]:
    keys = []
    # The browser of a member is the member.
    if origin.browser and not draft.author.user:
        keys.append((hashed("browser", origin.browser), PER_BROWSER))
    if origin.network:
        keys.append((hashed("network", origin.network), PER_NETWORK))
    return keys


def person_key(author: Author) -> str:
    if author.user:
        return hashed("account", str(author.user.pk))
    return hashed("guest", author.email.lower())


def _texts(draft: Draft) -> list[str]:
    """Of this text from this author, and of this text from anybody; none for a short one."""
    letters = "".join(filter(str.isalnum, _folded(draft.text)))
    if len(letters) < _SHORTEST_REPEAT:
        return []
    return [
        hashed("text", f"{person_key(draft.author)}:{letters}"),
        hashed("text", letters),
    ]


def _has_many_links(draft: Draft) -> bool:
    if len(_hosts(draft.html)) < NEWCOMERS_LINKS:
        return False
    posts = Post.objects.filter(state=State.PUBLISHED)
    author = draft.author
    own = (
        posts.filter(user=author.user)
        if author.user
        else posts.filter(guest_email=author.email.lower())
    )
    return own[:NEWCOMERS_POSTS].count() < NEWCOMERS_POSTS


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.hosts = []

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.hosts.append(urlsplit(dict(attrs).get("href") or "").hostname or "")


def _hosts(html: str) -> list[str]:
    """Where the links of a text lead; "" for a mail address."""
    links = _Links()
    links.feed(html)
    return links.hosts


def domains(host: str) -> Iterator[str]:
    """ "a.b.org", "b.org", "org"."""
    labels = host.lower().split(".")
    for start in range(len(labels)):
        yield ".".join(labels[start:])


def _is_domain(term: str) -> bool:
    return bool(_DOMAIN.fullmatch(term.strip()))


def _says(text: str, term: str) -> bool:
    term = _folded(term).strip()
    before = "" if _is_unspaced(term[:1]) else r"(?<!\w)"
    after = "" if _is_unspaced(term[-1:]) else r"(?!\w)"
    return bool(term) and bool(re.search(f"{before}{re.escape(term)}{after}", text))


def _is_unspaced(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_UNSPACED)


def _folded(text: str) -> str:
    """As letters are compared: without case, width and accents, and one space between words."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(filter(_is_no_mark, letters)).split())


def _is_no_mark(letter: str) -> bool:
    # Zero-width characters hide a word from whoever looks for it.
    return not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"
