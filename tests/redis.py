"""A Redis server for tests, which can be killed and brought back."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.academy import free_port

_SECONDS_TO_START = 20


class RedisServer:
    """Debian's redis-server or valkey-server, on a port of its own that it keeps."""

    def __init__(self, folder: Path):
        self._binary = next(
            filter(None, map(shutil.which, ("redis-server", "valkey-server"))), None
        )
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        if self._binary is None:
            if os.environ.get("CI") == "true":
                pytest.fail("No redis-server was found, and with CI=true these tests must run.")
            pytest.skip("needs redis-server or valkey-server; none was found on PATH")
        self._process = subprocess.Popen(
            [self._binary, "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + _SECONDS_TO_START
        with Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                    return
                except RedisError:
                    assert time.monotonic() < deadline, "redis-server did not start"
                    time.sleep(0.02)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None
