import json
import unittest
from pathlib import Path

from keyturn_verifier.codec import parse_ring_document, serialize_public
from keyturn_verifier.document import canonical_form, digest_of
from keyturn_verifier.errors import KeyringError
from keyturn_verifier.moments import format_duration, format_time, parse_duration, parse_time

VECTORS = Path(__file__).parents[3] / "infra" / "conformance" / "vectors" / "digest.json"


def vectors() -> list[dict[str, object]]:
    loaded: list[dict[str, object]] = json.loads(VECTORS.read_text("utf-8"))
    return loaded


class TheDocument(unittest.TestCase):
    def test_has_the_canonical_form_and_the_digest_of_the_vectors(self) -> None:
        for vector in vectors():
            document = parse_ring_document(json.dumps(vector["document"]))
            self.assertEqual(canonical_form(document), vector["canonical"])
            self.assertEqual(digest_of(document), vector["digest"])

    def test_is_the_same_after_it_was_written_and_read_and_holds_no_secret_then(self) -> None:
        for vector in vectors():
            document = parse_ring_document(json.dumps(vector["document"]))
            written = serialize_public(document)
            self.assertNotIn('secret"', written)
            self.assertEqual(digest_of(parse_ring_document(written)), vector["digest"])

    def test_is_refused_with_a_private_member_in_a_public_form_and_the_value_is_not_repeated(self) -> None:
        wire = json.dumps(vectors()[0]["document"]).replace('"kty"', '"d": "very-private", "kty"')
        with self.assertRaises(KeyringError) as refused:
            parse_ring_document(wire)
        self.assertEqual(str(refused.exception), "keys[0].jwk.d: must not appear in a public document")

    def test_is_refused_when_a_field_breaks_a_rule_and_the_error_names_the_field(self) -> None:
        wire = json.dumps(vectors()[0]["document"])
        damages = {
            '"generation": 4': ('"generation": 3', "since"),
            '"state": "active"': ('"state": "signing"', "state"),
            '"crv": "P-256"': ('"crv": "P-384"', "crv"),
            '"hardLimit": "24h"': ('"hardLimit": "a day"', "hardLimit"),
            '"version": 1': ('"version": 2', "version"),
            '"form": "public"': ('"form": "half"', "form"),
        }
        for good, (bad, field) in damages.items():
            with self.subTest(bad), self.assertRaisesRegex(KeyringError, field):
                parse_ring_document(wire.replace(good, bad, 1))


class Moments(unittest.TestCase):
    def test_are_read_and_written_as_text(self) -> None:
        self.assertEqual(parse_duration("1h30m"), 5_400_000)
        self.assertEqual([format_duration(ms) for ms in (0, 1500, 90_000, 86_400_000)], ["0s", "1500ms", "90s", "24h"])
        self.assertEqual(parse_time("2026-11-21T10:00:00.1239+02:00"), parse_time("2026-11-21T08:00:00.123Z"))
        self.assertEqual(format_time(1_795_248_000_123), "2026-11-21T08:00:00.123Z")

    def test_are_refused_when_they_are_something_else(self) -> None:
        for text in ("", "s", "1", "-1s", "1s1h", "1.5h", "9999999999999999d", "\u0661s"):
            self.assertIsNone(parse_duration(text), text)
        for text in ("2026-02-30T00:00:00Z", "2026-11-21 08:00:00Z", "2026-11-21T08:00:00", "1969-12-31T23:59:59Z"):
            self.assertIsNone(parse_time(text), text)
