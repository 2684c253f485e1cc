"""The only place of this service where the environment is read. One error lists everything that is wrong."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from keyturn_verifier.codec import RING_NAME
from keyturn_verifier.moments import DURATION_RULE, parse_duration


PERMISSION = r"(\*|[A-Za-z0-9_-]+(:([A-Za-z0-9_-]+|\*))*)"
ROLE = rf"[A-Za-z][A-Za-z0-9_-]{{0,62}}=\s*({PERMISSION}(\s+{PERMISSION})*)?"
LOG_LEVELS = "trace|debug|info|warn|error|fatal|silent"


class ConfigurationError(Exception):
    """Names variables and rules, never values."""


@dataclass(frozen=True)
class Environment:
    port: int
    host: str
    management_port: int
    log_level: str
    drain_window_s: float
    shutdown_deadline_s: float
    ring: str
    role: str
    ring_urls: tuple[str, ...]
    rings_dir: Path | None
    state_dir: Path
    pod_uid: str
    ca_file: str | None
    issuer: str | None
    audience: str
    # The tasks service wants tokens, which a service that looks sessions up has none of to pass on.
    tasks_url: str | None
    role_permissions: Mapping[str, tuple[str, ...]]
    cookies: tuple[str, ...]
    session_database_url: str | None = field(repr=False)


class _Variables:
    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self.problems: list[str] = []

    def text(self, name: str, default: str | None = None, form: str = r"[^\0]+", rule: str = "must be a text") -> str:
        value = self._given.get(name) or default
        if value is None:
            self.problems.append(f"{name}: is missing")
        elif not re.fullmatch(form, value):
            self.problems.append(f"{name}: {rule}")
        return value or ""

    def optional(self, name: str) -> str | None:
        return self._given.get(name) or None

    def port(self, name: str, default: int) -> int:
        value = self.text(name, str(default), r"[0-9]{1,5}", "must be a port")
        return int(value) if value.isdigit() else default

    def seconds(self, name: str, default: str) -> float:
        ms = parse_duration(self.text(name, default))
        if ms is None:
            self.problems.append(f"{name}: {DURATION_RULE}")
        return (ms or 0) / 1000

    def list(self, name: str) -> tuple[str, ...]:
        return tuple(item.strip() for item in (self._given.get(name) or "").split(",") if item.strip())

    def role_permissions(self, name: str) -> dict[str, tuple[str, ...]]:
        """`user=tasks:read tasks:write,admin=*`, as the auth service has it: a session says roles alone."""
        given = self.list(name)
        if any(not re.fullmatch(ROLE, entry) for entry in given):
            self.problems.append(f"{name}: must be roles and their permissions, such as user=tasks:read,admin=*")
            return {}
        return {role: tuple(granted.split()) for role, granted in (entry.split("=") for entry in given)}

    def url(self, name: str, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
            self.problems.append(f"{name}: must be a URL with http or https")
        return value.rstrip("/") if value else None


def read_environment(given: Mapping[str, str] = os.environ) -> Environment:
    """With KEYTURN_SESSION_DATABASE_URL sessions are looked up, else tokens are verified. Raises ConfigurationError."""
    at = _Variables(given)
    sessions = at.optional("KEYTURN_SESSION_DATABASE_URL")
    role = at.text("KEYTURN_TOKEN_RING_ROLE", "verifier", "verifier|holder", "must be verifier or holder")
    ring_variable, ring = (
        ("KEYTURN_SESSION_RING", "session-secret") if sessions else ("KEYTURN_TOKEN_RING", "access-tokens")
    )
    rings_dir = at.optional("KEYTURN_RINGS_DIR")
    urls = tuple(at.url("KEYTURN_RING_URLS", url) or "" for url in at.list("KEYTURN_RING_URLS"))
    if not urls:
        at.problems.append("KEYTURN_RING_URLS: is missing: a fresh pod needs a confirming read")
    if (sessions or role == "holder") and not rings_dir:
        at.problems.append("KEYTURN_RINGS_DIR: is missing: a holder of a secret needs its mount")
    tasks_url = at.url("KEYTURN_TASKS_URL", at.optional("KEYTURN_TASKS_URL"))
    environment = Environment(
        port=at.port("PORT", 3000),
        host=at.text("HOST", "0.0.0.0"),
        management_port=at.port("MANAGEMENT_PORT", 9000),
        log_level=at.text("LOG_LEVEL", "info", LOG_LEVELS, f"must be one of {LOG_LEVELS}"),
        drain_window_s=at.seconds("KEYTURN_DRAIN_WINDOW", "2s"),
        shutdown_deadline_s=at.seconds("KEYTURN_SHUTDOWN_DEADLINE", "25s"),
        ring=at.text(ring_variable, ring, RING_NAME, "must be a DNS label"),
        role="holder" if sessions else role,
        ring_urls=urls,
        rings_dir=Path(rings_dir) if rings_dir else None,
        state_dir=Path(at.text("KEYTURN_STATE_DIR", "/var/lib/keyturn")),
        pod_uid=at.text("KEYTURN_POD_UID", None, r"\S{1,200}", "must be a text without spaces"),
        ca_file=at.optional("KEYTURN_RING_CA_FILE"),
        issuer=at.url("KEYTURN_BASE_URL", at.optional("KEYTURN_BASE_URL")),
        audience=at.text("KEYTURN_AUDIENCE", "keyturn"),
        tasks_url=None if sessions else tasks_url,
        role_permissions=at.role_permissions("KEYTURN_ROLE_PERMISSIONS"),
        cookies=at.list("KEYTURN_SESSION_COOKIES"),
        session_database_url=sessions,
    )
    if at.problems:
        raise ConfigurationError("the configuration is not valid:\n  " + "\n  ".join(at.problems))
    return environment
