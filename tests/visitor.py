"""A person at a real server, as a browser without JavaScript would ask it."""

from copy import copy
from dataclasses import dataclass
from http.cookiejar import Cookie, CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

import html5lib

_TREE = {"treebuilder": "etree", "namespaceHTMLElements": False}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def page(self):
        return html5lib.parse(self.text, **_TREE)

    @property
    def form(self) -> dict[str, str]:
        """What the form with a text holds."""
        [form] = (form for form in self.page.iter("form") if form.find(".//textarea") is not None)
        fields = {field.get("name"): field.get("value", "") for field in form.iter("input")}
        return fields | {field.get("name"): field.text or "" for field in form.iter("textarea")}


class _Staying(HTTPRedirectHandler):
    def redirect_request(self, *_args):
        return None


class Visitor:
    def __init__(
        self, url: str, cookies: dict[str, str] | None = None, *, follows_redirects: bool = True
    ):
        self._url = url
        self._jar = jar = CookieJar()
        for name, value in (cookies or {}).items():
            jar.set_cookie(_cookie(name, value, urlsplit(url).hostname))
        stays = [] if follows_redirects else [_Staying]
        self._opener = build_opener(HTTPCookieProcessor(jar), *stays)

    def at(self, url: str) -> "Visitor":
        """The same browser, whom another server answers."""
        other = copy(self)
        other._url = url
        return other

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value for cookie in self._jar}

    def get(self, path: str) -> Answer:
        return self._ask(Request(self._url + path))  # noqa: S310 - our own server

    def post(self, path: str, form: dict[str, str]) -> Answer:
        data = urlencode(form).encode()
        return self._ask(Request(self._url + path, data=data))  # noqa: S310 - our own server

    def _ask(self, request: Request) -> Answer:
        try:
            response = self._opener.open(request, timeout=30)
        except HTTPError as error:
            response = error
        with response:
            text = response.read().decode()
            return Answer(response.status, dict(response.headers), text)


def _cookie(name: str, value: str, host: str) -> Cookie:
    about = {"port": None, "port_specified": False, "domain_specified": False}
    about |= {"domain_initial_dot": False, "path_specified": True, "secure": False}
    about |= {"expires": None, "discard": True, "comment": None, "comment_url": None, "rest": {}}
    return Cookie(0, name, value, domain=host, path="/", **about)
