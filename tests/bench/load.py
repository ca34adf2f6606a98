"""Asks a server for the same thing again and again, with next to no work of its own."""

import re
import selectors
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice, repeat
from urllib.parse import urlencode

# More than the server has threads, so that none waits for us.
CONNECTIONS = 16
_MOST_SECONDS = 30
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


def request(path: str, **headers: str) -> bytes:
    headers = {"Host": "localhost", "Accept_Encoding": "gzip"} | headers
    lines = [f"GET {path} HTTP/1.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def form(path: str, **values: str) -> bytes:
    """Sent as by a browser that has the cookie of the form's token."""
    token = "a" * 32
    body = urlencode({"csrfmiddlewaretoken": token} | values)
    lines = request(
        path,
        Cookie=f"csrftoken={token}",
        Content_Type="application/x-www-form-urlencoded",
        Content_Length=str(len(body)),
    )
    return lines.replace(b"GET", b"POST", 1) + body.encode()


def answer(port: int, asked: bytes) -> tuple[bytes, bytes]:
    """Head and body of one answer."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(asked)
        received = _receive(connection)
        missing = _missing(received)
        while missing:
            data = _receive(connection)
            received += data
            missing -= len(data)
    head, _blank, body = received.partition(b"\r\n\r\n")
    return head, body


def requests_per_second(
    port: int, asked: bytes, *, status: int, seconds: float, connections: int = CONNECTIONS
) -> float:
    """Over several connections that are kept. RuntimeError for an answer of another status."""
    began = time.perf_counter()
    count = 0
    for _answer in answers(port, repeat(asked), status=status, connections=connections):
        count += 1
        took = time.perf_counter() - began
        if took >= seconds:
            break
    return count / took


def answers(
    port: int, questions: Iterable[bytes], *, status: int = 200, connections: int = CONNECTIONS
) -> Iterator[None]:
    """An item for each answer that has come as a whole. RuntimeError for one of another status."""
    start, questions = b"HTTP/1.1 %d " % status, iter(questions)
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        missing = {}
        for asked in islice(questions, connections):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(asked)
            selector.register(connection, selectors.EVENT_READ)
            missing[connection] = 0
        while missing:
            for key in _ready(selector):
                connection = key.fileobj
                data = _receive(connection)
                if missing[connection]:
                    missing[connection] -= len(data)
                else:
                    if not data.startswith(start):
                        raise RuntimeError(f"An answer is not {status}: {data[:500]!r}")
                    missing[connection] = _missing(data)
                if not missing[connection]:
                    yield
                    if asked := next(questions, None):
                        connection.sendall(asked)
                    else:
                        selector.unregister(connection)
                        del missing[connection]


def _ready(selector: selectors.BaseSelector) -> list[selectors.SelectorKey]:
    ready = selector.select(_MOST_SECONDS)
    if not ready:
        raise RuntimeError(f"Nobody was answered for {_MOST_SECONDS} s.")
    return [key for key, _events in ready]


def _missing(beginning: bytes) -> int:
    """How many bytes of the answer are still to come; its head comes in one piece."""
    end = beginning.index(b"\r\n\r\n") + 4
    length = _LENGTH.search(beginning, 0, end)
    return end + int(length[1] if length else 0) - len(beginning)


def _receive(connection: socket.socket) -> bytes:
    data = connection.recv(1 << 18)
    if not data:
        raise RuntimeError("The server has closed the connection.")
    return data
