"""A server on loopback that speaks what Google, Facebook and X speak, as strictly as they do."""

import base64
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import requests

CLIENT_ID, SECRET = "the-academy", "a secret"
APP = {"client_id": CLIENT_ID, "secret": SECRET}


class Service:
    """What one of the services knows and does; tests change it as they like."""

    def __init__(self):
        # Whom the person at the browser is there, in the words of the service.
        self.person: dict = {}
        self.consents = True
        self.is_down = False
        self.answers_nonsense = False
        self._codes: dict[str, dict] = {}
        self._tokens: set[str] = set()
        handler = type("Handler", (_Handler,), {"service": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def decide(self, asked: dict) -> str:
        """Where the browser is sent after the person has decided."""
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        if not self.consents:
            answer = {"error": "access_denied", "state": asked["state"]}
        else:
            code = secrets.token_urlsafe()
            self._codes[code] = asked
            answer = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token_for(self, sent: dict, authorization: str) -> dict | None:
        """None for a wrong secret, a code used before, or without the proof of PKCE."""
        asked = self._codes.pop(sent.get("code"), None)
        basic = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        knows_secret = sent.get("client_secret") == SECRET or authorization == f"Basic {basic}"
        if asked is None or not knows_secret or sent["redirect_uri"] != asked["redirect_uri"]:
            return None
        if "code_challenge" in asked:
            digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
            proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if proof != asked["code_challenge"]:
                return None
        token = secrets.token_urlsafe()
        self._tokens.add(token)
        claims = {"iss": self.url, "aud": CLIENT_ID, "exp": time.time() + 600} | self.person
        id_token = jwt.encode(claims, "x" * 32, "HS256")
        return {"access_token": token, "token_type": "bearer", "id_token": id_token}

    def person_for(self, token: str) -> dict | None:
        return self.person if token in self._tokens else None


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def do_GET(self):
        if self.service.is_down:
            return self._answer({}, status=503)
        address = urlsplit(self.path)
        asked = dict(parse_qsl(address.query))
        if address.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.service.decide(asked))
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if address.path == "/token":
            return self._token(asked)
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        person = self.service.person_for(asked.get("access_token") or bearer)
        if self.service.answers_nonsense:
            return self._answer(["nonsense"])
        if person is None:
            return self._answer({"error": "invalid_token"}, status=401)
        # X wraps what it says; Facebook does not.
        return self._answer({"data": person} if address.path == "/x/me" else person)

    def do_POST(self):
        if self.service.is_down:
            return self._answer({}, status=503)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        return self._token(dict(parse_qsl(body)))

    def _token(self, sent: dict):
        token = self.service.token_for(sent, self.headers.get("Authorization", ""))
        return self._answer(token or {"error": "invalid_grant"}, status=200 if token else 400)

    def _answer(self, content, status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Silent."""


@contextmanager
def openid_connect_server() -> Iterator[str]:
    """A real OpenID Connect server, in a process of its own; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)],
        # It uses what its own libraries will drop some day.
        env={"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(400):
            try:
                requests.get(url, timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


def tell(server: str, subject: str, **claims) -> None:
    """Who the person with this subject is, to the OpenID Connect server."""
    requests.put(f"{server}/users/{subject}", json=claims, timeout=5).raise_for_status()
