"""
The ring document in memory, and its canonical public form, over which a receipt's digest is taken. Pure.

Kept as dataclasses with the names of the canonical form in `public()`; docs/receipts.md has the rules and vectors.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LIVE = frozenset({"pending", "active", "draining"})


def without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True)
class RingKey:
    kid: str
    state: str
    since: int
    created_at: int
    activated_at: int | None = None
    drain_until: int | None = None
    proven_at: int | None = None
    secret_version: int | None = None
    """The public JWK, its members named one by one; only of keys that are accepted."""
    jwk: Mapping[str, str] | None = None
    """HS256: base64url of the bytes. Opaque: the text itself."""
    secret: str | None = field(default=None, repr=False)

    @property
    def accepted(self) -> bool:
        return self.state in LIVE

    def public(self) -> dict[str, Any]:
        return without_none(
            {
                "kid": self.kid,
                "state": self.state,
                "since": self.since,
                "createdAt": self.created_at,
                "activatedAt": self.activated_at,
                "drainUntil": self.drain_until,
                "provenAt": self.proven_at,
                "secretVersion": self.secret_version,
                "jwk": dict(self.jwk) if self.jwk and self.accepted else None,
            }
        )


@dataclass(frozen=True)
class Settings:
    """Safety settings, durations in milliseconds. `rotation_interval_ms` None: on request only."""

    max_credential_lifetime_ms: int
    clock_skew_ms: int
    clock_error_ms: int
    issuer_lease_ms: int
    restart_grace_ms: int
    longest_restart_grace_ms: int | None
    hard_limit_ms: int
    max_live_keys: int
    stalled_after_ms: int
    rotation_interval_ms: int | None
    paused: bool
    encrypts_data: bool

    def public(self) -> dict[str, Any]:
        members = {
            "maxCredentialLifetimeMs": self.max_credential_lifetime_ms,
            "clockSkewMs": self.clock_skew_ms,
            "clockErrorMs": self.clock_error_ms,
            "issuerLeaseMs": self.issuer_lease_ms,
            "restartGraceMs": self.restart_grace_ms,
            "longestRestartGraceMs": self.longest_restart_grace_ms,
            "hardLimitMs": self.hard_limit_ms,
            "maxLiveKeys": self.max_live_keys,
            "stalledAfterMs": self.stalled_after_ms,
            "paused": self.paused,
            "encryptsData": self.encrypts_data,
        }
        return {**without_none(members), "rotationIntervalMs": self.rotation_interval_ms}


@dataclass(frozen=True)
class RingDocument:
    """`form` is `public` (no secret) or `full` (as a holder of a shared secret mounts it)."""

    form: str
    ring_id: str
    ring: str
    generation: int
    type: str
    algorithm: str
    issuer: str | None
    settings: Settings
    keys: tuple[RingKey, ...]
    next_change_at: int | None = None

    def states(self) -> frozenset[tuple[str, str]]:
        return frozenset((key.kid, key.state) for key in self.keys)

    def accepted_kids(self) -> list[str]:
        return sorted(key.kid for key in self.keys if key.accepted)


def next_change_at(document: RingDocument) -> int | None:
    """Earliest scheduled activation; a public document brings it along, of a full one it follows."""
    if document.form == "public":
        return document.next_change_at
    active = next((key for key in document.keys if key.state == "active"), None)
    interval = document.settings.rotation_interval_ms
    if not active or not active.activated_at or interval is None or document.settings.paused:
        return None
    return active.activated_at + interval


def public_form(document: RingDocument) -> dict[str, Any]:
    return without_none(
        {
            "form": "public",
            "version": 1,
            "ringId": document.ring_id,
            "ring": document.ring,
            "generation": document.generation,
            "type": document.type,
            "algorithm": document.algorithm,
            "issuer": document.issuer,
            "settings": document.settings.public(),
            "keys": [key.public() for key in document.keys],
            "nextChangeAt": next_change_at(document),
        }
    )


def canonical_form(document: RingDocument) -> str:
    """Members sorted by name, no white space, and the escapes of JSON.stringify."""
    return json.dumps(public_form(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(document: RingDocument) -> str:
    digest = hashlib.sha256(canonical_form(document).encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
