"""Asks a server for the same thing again and again, with next to no work of its own."""

import re
import selectors
import socket
import time
from contextlib import ExitStack

# More than the server has threads, so that none waits for us.
CONNECTIONS = 16
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


def request(path: str, **headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Accept-Encoding: gzip"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


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


def requests_per_second(port: int, asked: bytes, *, status: int, seconds: float) -> float:
    """Over several connections that are kept. RuntimeError for an answer of another status."""
    start = b"HTTP/1.1 %d " % status
    count = 0
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        missing = {}
        for _number in range(CONNECTIONS):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(asked)
            selector.register(connection, selectors.EVENT_READ)
            missing[connection] = 0
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            for key, _events in selector.select():
                connection = key.fileobj
                data = _receive(connection)
                if missing[connection]:
                    missing[connection] -= len(data)
                else:
                    if not data.startswith(start):
                        raise RuntimeError(f"An answer is not {status}: {data[:500]!r}")
                    missing[connection] = _missing(data)
                if not missing[connection]:
                    count += 1
                    connection.sendall(asked)
        return count / (time.perf_counter() - began)


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
