"""The wire form of a ring document: durations and times as text. Reads both forms, writes the public one. Pure."""

import json
from typing import Any

from .document import RingDocument, RingKey, Settings, next_change_at, without_none
from .errors import KeyringError
from .fields import Fields, parse_json
from .moments import LATEST_TIME, format_duration, format_time

SCHEMA_VERSION = 1
RING_NAME = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
KEY_STATES = ("pending", "active", "draining", "retired", "compromised", "revoked")
PRIVATE_MEMBERS = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")

# Algorithm and type of the key are pinned together; the numbers are lengths in base64url characters.
SHAPES: dict[str, tuple[str, str | None, dict[str, tuple[int, int]]]] = {
    "ES256": ("EC", "P-256", {"x": (43, 43), "y": (43, 43)}),
    "ES384": ("EC", "P-384", {"x": (64, 64), "y": (64, 64)}),
    "EdDSA": ("OKP", "Ed25519", {"x": (43, 43)}),
    "RS256": ("RSA", None, {"n": (342, 2731), "e": (2, 11)}),
    "PS256": ("RSA", None, {"n": (342, 2731), "e": (2, 11)}),
}
SECRET_RULES = {
    "HS256": (r"[A-Za-z0-9_-]{43,1366}", "must be base64url of 256 bits or more"),
    "opaque": (r"[\x20-\x7e]{32,1366}", "must be 32 to 1366 printable ASCII characters"),
}


def parse_ring_document(text: str) -> RingDocument:
    """Raises KeyringError ERR_RING_INVALID or ERR_RING_SCHEMA_NEWER."""
    root = Fields(parse_json(text), "")
    if root.integer("version", 1) > SCHEMA_VERSION:
        raise KeyringError("ERR_RING_SCHEMA_NEWER", f"version: this build reads up to {SCHEMA_VERSION}")
    ring_type = root.one_of("type", ("SigningKey", "SharedSecret"))
    algorithm = root.one_of("algorithm", tuple(SHAPES) if ring_type == "SigningKey" else tuple(SECRET_RULES))
    form = root.one_of("form", ("full", "public"))
    generation = root.integer("generation", 1)
    keys = tuple(_key(key, form, algorithm, generation) for key in root.list("keys", 4096))
    _check_together(keys, root)
    return RingDocument(
        form=form,
        ring_id=root.text("ringId", r"[\x21-\x7e]{1,128}", "must be 1 to 128 printable ASCII characters"),
        ring=root.text("ring", RING_NAME, "must be a DNS label: a-z, 0-9 and -, at most 63 characters"),
        generation=generation,
        type=ring_type,
        algorithm=algorithm,
        issuer=root.text("issuer", r"[^\s\ud800-\udfff]{1,2048}", "must be a text of 1 to 2048 characters")
        if root.has("issuer")
        else None,
        settings=_settings(root.object("settings")),
        keys=keys,
        next_change_at=root.time("nextChangeAt") if form == "public" and root.has("nextChangeAt") else None,
    )


def _settings(at: Fields) -> Settings:
    return Settings(
        max_credential_lifetime_ms=at.duration("maxCredentialLifetime", 1),
        clock_skew_ms=at.duration("clockSkew"),
        clock_error_ms=at.duration("clockError"),
        issuer_lease_ms=at.duration("issuerLease", 1),
        restart_grace_ms=at.duration("restartGrace", 1),
        longest_restart_grace_ms=at.duration("longestRestartGrace", 1) if at.has("longestRestartGrace") else None,
        hard_limit_ms=at.duration("hardLimit", 1),
        max_live_keys=at.integer("maxLiveKeys", 2, 1000),
        stalled_after_ms=at.duration("stalledAfter", 1),
        rotation_interval_ms=None
        if at.has("rotationInterval") and at.raw("rotationInterval") is None
        else at.duration("rotationInterval", 1),
        paused=at.flag("paused"),
        encrypts_data=at.flag("encryptsData"),
    )


def _key(at: Fields, form: str, algorithm: str, generation: int) -> RingKey:
    kid = at.text("kid", r"[\x21-\x7e]{1,256}", "must be 1 to 256 printable ASCII characters without spaces")
    state = at.one_of("state", KEY_STATES)
    since = at.integer("since", 1)
    if since > generation:
        raise at.fail("since", "must not be above the generation of the document")
    if state == "draining" and not at.has("drainUntil"):
        raise at.fail("drainUntil", "must be present while the key is draining")
    return RingKey(
        kid=kid,
        state=state,
        since=since,
        created_at=at.time("createdAt"),
        activated_at=at.time("activatedAt") if at.has("activatedAt") else None,
        drain_until=at.time("drainUntil") if at.has("drainUntil") else None,
        proven_at=at.time("provenAt") if at.has("provenAt") else None,
        secret_version=at.integer("secretVersion", 0) if at.has("secretVersion") else None,
        jwk=_jwk(at, form, algorithm, kid, state),
        secret=_secret(at, form, algorithm, state),
    )


def _jwk(at: Fields, form: str, algorithm: str, kid: str, state: str) -> dict[str, str] | None:
    accepted = state in ("pending", "active", "draining")
    if algorithm not in SHAPES or (not accepted and (form == "public" or state != "compromised")):
        if at.has("jwk"):
            raise at.fail("jwk", "must be absent here")
        return None
    if not accepted and not at.has("jwk"):
        return None
    jwk = at.object("jwk")
    if form == "public":
        for name in PRIVATE_MEMBERS:
            if jwk.has(name):
                raise jwk.fail(name, "must not appear in a public document")
    return _public_jwk(jwk, kid)


def _public_jwk(jwk: Fields, kid: str) -> dict[str, str]:
    """The public members and no others: a private one of a full document is not kept."""
    alg = jwk.one_of("alg", tuple(SHAPES))
    kty, crv, members = SHAPES[alg]
    pinned = {"kty": kty, "crv": crv, "use": "sig", "kid": kid}
    for name, value in pinned.items():
        if jwk.raw(name) != value:
            raise jwk.fail(name, f"must be {value} for {alg}" if value is not None else f"must be absent for {alg}")
    values = {
        name: jwk.text(name, rf"[A-Za-z0-9_-]{{{least},{most}}}", f"must be {least} to {most} base64url characters")
        for name, (least, most) in members.items()
    }
    return without_none({**pinned, "alg": alg, **values})


def _secret(at: Fields, form: str, algorithm: str, state: str) -> str | None:
    gone = state in ("retired", "revoked")
    if form == "public" or algorithm not in SECRET_RULES or gone:
        if at.has("secret"):
            raise at.fail("secret", "must be absent here")
        return None
    if state == "compromised" and not at.has("secret"):
        return None
    return at.text("secret", *SECRET_RULES[algorithm])


def _check_together(keys: tuple[RingKey, ...], root: Fields) -> None:
    if len({key.kid for key in keys}) < len(keys):
        raise root.fail("keys", "must not have a kid twice")
    if sum(key.state == "active" for key in keys) > 1:
        raise root.fail("keys", "must not have two active keys")


def public_wire(document: RingDocument) -> dict[str, Any]:
    """The public document as it is sent and kept; of a full one everything secret is left out."""
    settings = document.settings
    change = next_change_at(document)
    return without_none(
        {
            "form": "public",
            "version": SCHEMA_VERSION,
            "ringId": document.ring_id,
            "ring": document.ring,
            "generation": document.generation,
            "type": document.type,
            "algorithm": document.algorithm,
            "issuer": document.issuer,
            "settings": _settings_wire(settings),
            "keys": [_key_wire(key) for key in document.keys],
            "nextChangeAt": None if change is None else format_time(min(change, LATEST_TIME)),
        }
    )


def serialize_public(document: RingDocument) -> str:
    return f"{json.dumps(public_wire(document), indent=2)}\n"


def _settings_wire(settings: Settings) -> dict[str, Any]:
    numbers = settings.public()
    return {
        name.removesuffix("Ms"): format_duration(value) if name.endswith("Ms") and value is not None else value
        for name, value in numbers.items()
    }


def _key_wire(key: RingKey) -> dict[str, Any]:
    times = ("createdAt", "activatedAt", "drainUntil", "provenAt")
    return {name: format_time(value) if name in times else value for name, value in key.public().items()}
