"""The files of deploy/ speak of settings, commands and files that exist. No container runs here."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
OURS = ("web-a", "web-b", "worker")
# Of Python and pip.
NOT_OURS = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
NOT_OURS |= {"PIP_NO_CACHE_DIR", "PIP_DISABLE_PIP_VERSION_CHECK"}


def known_settings() -> set[str]:
    """What the site reads from the environment."""
    source = "".join(
        (ROOT / "sstc_academy" / name).read_text(encoding="utf-8")
        for name in ("settings.py", "gunicorn.py", "lib/env.py", "lib/var_folder.py")
    )
    calls = re.findall(r'\b(?:env\.\w+|environ\.get|text|choice)\(\s*("[A-Z_]+"(?:, "[A-Z_]+")*)', source)
    names = {name for call in calls for name in re.findall(r'"([A-Z_]*[A-Z])"', call)}
    for kind, prefix in re.findall(r'env\.(social|openid)_apps\("(\w+)"', source):
        names -= {prefix}
        names |= {f"{prefix}_CLIENT_ID", f"{prefix}_CLIENT_SECRET"}
        if kind == "openid":
            names |= {f"{prefix}_SERVER_URL", f"{prefix}_NAME"}
    return names


class Unit(configparser.RawConfigParser):
    """A unit of systemd, in which a key may stand several times."""

    def __init__(self, path: Path):
        super().__init__(strict=False, interpolation=None)
        self.optionxform = str
        lines = path.read_text(encoding="utf-8").splitlines()
        self.lines = [line.partition("=")[::2] for line in lines if "=" in line]
        self.read(path, encoding="utf-8")

    def all(self, key: str) -> list[str]:
        return [value for name, value in self.lines if name == key]


def named_settings() -> dict[str, set[str]]:
    """By the file in which they stand."""
    found = {
        unit.name: {each.partition("=")[0] for each in Unit(unit).all("Environment")}
        for unit in UNITS
    }
    found["compose.yaml"] = {
        name for service in OURS for name in COMPOSE["services"][service]["environment"]
    }
    found["academy.env.example"] = set(
        re.findall(r"^(?:# )?([A-Z_]+)=", (DEPLOY / "academy.env.example").read_text(), re.M)
    )
    found["Containerfile"] = set(re.findall(r"\b([A-Z_]{4,})=", CONTAINERFILE)) - NOT_OURS
    return found


@pytest.mark.parametrize("file", named_settings())
def test_every_variable_is_a_setting(file):
    named = named_settings()[file]

    assert named
    assert named <= known_settings()


def test_every_setting_is_told_to_operators():
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    told = set(re.findall(r"\b[A-Z][A-Z_]+\b", text))
    table = text.split("## Settings")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    assert known_settings() <= told
    assert {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)} <= known_settings()


def test_every_command_exists():
    text = CONTAINERFILE + "".join(path.read_text() for path in UNITS)
    text += " ".join(
        " ".join(service.get("command", [])) for service in COMPOSE["services"].values()
    )
    commands = set(re.findall(r"manage\.py (\w+)", text))

    assert "prepare" in commands
    assert commands <= get_commands().keys()


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_is_one_that_systemd_takes(unit, tmp_path):
    read = Unit(unit)
    assert read["Service"]["User"] != "root"
    assert read["Install"]["WantedBy"] == "multi-user.target"
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("needs systemd-analyze; none was found on PATH")

    # Its programs lie on the operator's machine, not here.
    text = re.sub(r"/srv/academy/current/\S+/(\w+)(?= )", "/bin/true", unit.read_text())
    copy = tmp_path / unit.name.replace("@", "@8000")
    copy.write_text(text.replace("%i", "8000"))
    result = subprocess.run(
        [analyze, "verify", "--man=no", copy], capture_output=True, text=True, check=False
    )

    assert unit.name.partition("@")[0] not in result.stderr


def test_what_the_image_takes_is_there_and_nobody_is_root_in_it():
    copied = re.findall(r"^COPY (?!--)(\S+) ", CONTAINERFILE, re.M)

    assert {"manage.py", "sstc_academy", "templates", "locale"} <= set(copied)
    missing = {name for name in copied if not (ROOT / name).exists()}
    # Made by `make lock`.
    assert missing <= {"requirements/server.txt"}
    assert "--require-hashes" in CONTAINERFILE
    assert re.findall(r"^USER (\w+)$", CONTAINERFILE, re.M) == ["academy"]
    assert "HEALTHCHECK" in CONTAINERFILE


def test_the_parts_of_compose_find_each_other():
    services = COMPOSE["services"]
    volumes = {
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", [])
        if not volume.startswith(".")
    }

    assert volumes == COMPOSE["volumes"].keys()
    for service in services.values():
        assert set(service.get("depends_on", {})) <= services.keys()
    upstreams = services["proxy"]["environment"]["UPSTREAMS"].split()
    assert {upstream.split(":")[0] for upstream in upstreams} == {"web-a", "web-b"}
    assert "@postgres:" in services["web-a"]["environment"]["DATABASE_URL"]
    assert "//valkey:" in services["web-a"]["environment"]["CACHE_URL"]
    caddyfile = (DEPLOY / "Caddyfile").read_text()
    given = set(re.findall(r"\{\$(\w+)\}", caddyfile))
    assert given == services["proxy"]["environment"].keys()


def test_no_secret_and_no_own_registry_stands_in_the_files():
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"^(SECRET_KEY|POSTGRES_PASSWORD)=\S", text, re.M)
            images = re.findall(r"^(?:FROM|\s*image:) (\S+)", text, re.M)
            assert all(each == "academy" or each.startswith("docker.io/") for each in images)
